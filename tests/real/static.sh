#!/bin/sh
# Blogs made by generators of static sites, served on loopback, to try Footnote's reading of the web against.
#
#   tests/real/static.sh start     build the sample blog with each generator there is, and serve it
#   tests/real/static.sh rebuild   build again, after a change in $FOOTNOTE_REAL/static/posts
#   tests/real/static.sh stop, status, remove
#   tests/real/static.sh build GENERATOR POSTS OUT URL    one generator, into a folder of your own
#   FOOTNOTE_TEST_STATIC="http://127.0.0.1:8082 http://127.0.0.1:8083" python -m pytest tests/real
#
# jekyll on port 8082 (sitemap and feed, theme minima), hugo on 8083 (sitemap and feed), pelican on 8084
# (feed only), mkdocs on 8085 (sitemap only). Debian: apt-get install hugo jekyll ruby-jekyll-feed
# ruby-jekyll-sitemap jekyll-theme-minima. start fetches Pelican and MkDocs into an environment of their
# own. A generator that is missing is passed over. Everything lies under $FOOTNOTE_REAL (default: real/ in
# the temporary folder).
#
# What this file does not know: what the posts say (static/posts), and Footnote.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/static
real=${FOOTNOTE_REAL:-${TMPDIR:-/tmp}/real}
base=$real/static
venv=$real/venv
generators="jekyll hugo pelican mkdocs"

fail() {
    echo "static.sh: $*" >&2
    exit 1
}

port_of() {
    case $1 in jekyll) echo 8082 ;; hugo) echo 8083 ;; pelican) echo 8084 ;; mkdocs) echo 8085 ;; esac
}

program() {
    case $1 in
        pelican | mkdocs) [ -x "$venv/bin/$1" ] && echo "$venv/bin/$1" ;;
        *) command -v "$1" ;;
    esac
}

fetch_python_tools() {
    [ -x "$venv/bin/pelican" ] && [ -x "$venv/bin/mkdocs" ] && return
    { python3 -m venv "$venv" && "$venv/bin/pip" install -q 'pelican[markdown]' mkdocs; } ||
        echo "static.sh: no Pelican and MkDocs: they could not be fetched" >&2
}

# $1 generator, $2 folder of posts, $3 output, $4 public address. What was in the output goes.
build() {
    tool=$(program "$1") || fail "there is no $1 here"
    work=$(mktemp -d)
    url=${4%/}
    mkdir -p "$3"
    out=$(CDPATH='' cd -- "$3" && pwd)
    cp -R "$here/$1/." "$work/"
    case $1 in
        jekyll)
            mkdir "$work/_posts"
            cp "$2"/*.md "$work/_posts/"
            sed 's/^title:/layout: page\n&/' "$here/about.md" > "$work/about.md"
            sed -i 's/^title:/layout: post\n&/' "$work"/_posts/*.md
            printf 'url: %s\n' "$url" >> "$work/_config.yml"
            (cd "$work" && "$tool" build --quiet --destination "$out") > "$work/log" 2>&1 || failed "$1" "$work/log"
            ;;
        hugo)
            mkdir -p "$work/content/posts"
            cp "$2"/*.md "$work/content/posts/"
            cp "$here/about.md" "$work/content/"
            "$tool" --quiet --source "$work" --destination "$out" --cleanDestinationDir --baseURL "$url/" \
                > "$work/log" 2>&1 || failed "$1" "$work/log"
            ;;
        pelican)
            mkdir -p "$work/content/posts" "$work/content/pages"
            cp "$2"/*.md "$work/content/posts/"
            cp "$here/about.md" "$work/content/pages/"
            sed -i 's/^tags: \[\(.*\)\]$/tags: \1/' "$work"/content/posts/*.md
            printf 'SITEURL = "%s"\n' "$url" >> "$work/pelicanconf.py"
            (cd "$work" && "$tool" --quiet --settings pelicanconf.py --output "$out") > "$work/log" 2>&1 ||
                failed "$1" "$work/log"
            ;;
        mkdocs)
            mkdir "$work/docs"
            cp "$2"/*.md "$work/docs/"
            rm -f "$work"/docs/*-not-ready-yet.md # it knows no drafts
            cp "$here/about.md" "$work/docs/"
            printf '# The Long Reach\n\nNotes on stretching, in the order of their dates.\n' > "$work/docs/index.md"
            printf 'site_url: %s/\n' "$url" >> "$work/mkdocs.yml"
            "$tool" build --quiet --clean --config-file "$work/mkdocs.yml" --site-dir "$out" \
                > "$work/log" 2>&1 || failed "$1" "$work/log"
            ;;
    esac
    rm -rf "$work"
}

failed() {
    cat "$2" >&2
    rm -rf "$work"
    fail "$1 could not build the blog"
}

alive() {
    [ -s "$base/$1.pid" ] && tr '\0' ' ' < "/proc/$(cat "$base/$1.pid")/cmdline" 2>/dev/null | grep -q http.server
}

build_all() {
    for one in $generators; do
        if program "$one" > /dev/null; then
            build "$one" "$base/posts" "$base/$one" "http://127.0.0.1:$(port_of "$one")"
        else
            echo "no $one here: passed over" >&2
        fi
    done
}

serve_all() {
    for one in $generators; do
        if [ -d "$base/$one" ] && ! alive "$one"; then
            setsid nohup python3 -m http.server --bind 127.0.0.1 --directory "$base/$one" "$(port_of "$one")" \
                > "$base/$one.log" 2>&1 < /dev/null &
            echo $! > "$base/$one.pid"
        fi
    done
    sleep 1
}

stop() {
    for one in $generators; do
        if alive "$one"; then kill "$(cat "$base/$one.pid")"; fi
        rm -f "$base/$one.pid"
    done
}

status() {
    found=1
    for one in $generators; do
        if alive "$one"; then
            echo "$one answers at http://127.0.0.1:$(port_of "$one")/ (process $(cat "$base/$one.pid"), log: $base/$one.log)"
            found=0
        fi
    done
    [ $found = 0 ] || echo "no static site is being served"
    return $found
}

case ${1:-help} in
    start)
        mkdir -p "$base"
        fetch_python_tools
        [ -d "$base/posts" ] || cp -R "$here/posts" "$base/posts"
        build_all
        serve_all
        status
        ;;
    rebuild) build_all ;;
    build)
        [ $# = 5 ] || fail "build GENERATOR POSTS OUT URL"
        build "$2" "$3" "$4" "$5"
        ;;
    stop) stop ;;
    status) status ;;
    remove)
        stop
        rm -rf "$base"
        ;;
    *) sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p' ;;
esac
