"""The reader's network with trainable weights, and the forward pass of training and of export."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bot.train.pairs import PairBatch
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import model_folder

# One pass over many questions needs no dropout inside; with it, or with the fused kernel, a step takes up to six times as long.
_CHEAP = {"attn_implementation": "eager", "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0}


class TrainableReader(nn.Module):
    """The reader with dropout. Word and position embeddings stay as packaged."""

    def __init__(self, hidden: int = 128, drop: float = 0.1) -> None:
        super().__init__()
        from transformers import AutoModel

        folder = str(model_folder(DEFAULT_EMBEDDER))
        self.encoder = AutoModel.from_pretrained(
            folder, local_files_only=True, add_pooling_layer=False, **_CHEAP
        )
        self.encoder.embeddings.requires_grad_(False)
        d = self.encoder.config.hidden_size
        self.out1, self.out2 = nn.Linear(3 * d, hidden), nn.Linear(hidden, 1)
        self.none1, self.none2 = nn.Linear(d, hidden), nn.Linear(hidden, 1)
        self.drop = nn.Dropout(drop)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor, pool: Tensor) -> tuple[Tensor, Tensor]:
        """(b, s) logits of sentences, (b,) logits of "none of them"."""
        states = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        states = states.float()
        whole = states[:, 0]
        mean = pool @ states
        both = whole[:, None].expand_as(mean)
        seen = torch.cat([mean, both, mean * both], -1)
        logits = self.out2(self.drop(torch.relu(self.out1(self.drop(seen)))))[..., 0]
        none = self.none2(self.drop(torch.relu(self.none1(self.drop(whole)))))[..., 0]
        return logits, none


def scores(net: TrainableReader, b: PairBatch) -> tuple[Tensor, Tensor, Tensor]:
    """Logits of sentences and of none, and which sentences are real."""
    with torch.autocast("cpu", torch.bfloat16, enabled=bool(torch.cpu._is_amx_tile_supported())):
        logits, none = net(*(torch.from_numpy(x) for x in (b.ids, b.types, b.mask, b.pool)))
    return logits.float(), none.float(), torch.from_numpy(b.real)
