"""The network of the system `transformer`: an encoder, a chain of tags for each layer of spans, and a reader of anchors.

An anchor is a stretch of words that an attribution is known by: its content, or a fragment of it. Given an anchor, the
reader says of every word of the window which parts of that attribution it belongs to, and classifies the attribution. So
words are linked where they are found, and one cue may serve two contents.

Shapes: B windows, P pieces, W words, L layers, A anchors, R roles, F features of a word, H hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, AutoTokenizer

from attrib_bench.baselines.tagging import N_TAGS, UNKNOWN, Floats, I, Ints, O, TokenRange
from attrib_bench.document import DataError

_HIDDEN = 192
_NEVER = -1e4  # the score of an I after an O
_FARTHEST = 11  # distances are counted in powers of two, up to 2 ** 10 words
_SENTENCES = 4  # farther sentences count as this far
_DROPOUT = 0.1
_ROLE_WEIGHT, _CLASS_WEIGHT = 0.5, 2.0  # roles are many decisions and easy ones, classes are few


@dataclass(frozen=True)
class Window:
    """Some adjacent words of a document, as the network reads them. Word numbers count from the window's first word."""

    pieces: Ints
    """Of shape (P,), without the encoder's special pieces."""
    word_of_piece: Ints
    sentence: Ints
    """Of shape (W,): the number of each word's sentence."""


@dataclass(frozen=True)
class Example:
    """A window and what the network should find in it."""

    window: Window
    tags: Ints
    """Of shape (W, L)."""
    anchors: Sequence[TokenRange]
    roles: NDArray[np.bool_]
    """Of shape (A, W, R): whether the word belongs to that part of the anchor's attribution."""
    classes: Ints
    """Of shape (A, number of classifications)."""


@dataclass(frozen=True)
class Reading:
    """What the network makes of a window."""

    emissions: Floats
    """Of shape (W, L, 3): the score of each tag."""
    features: Tensor
    """Of shape (W, 4 * H): what the reader of anchors needs."""


class Special(NamedTuple):
    """The pieces of an encoder that stand for no word, by number."""

    first: int
    last: int
    padding: int
    mask: int
    unknown: int


class Network(nn.Module):
    """The encoder and its heads.

    `priors`, of shape (layers, 3), are the shares of the tags, from which training starts; `n_classes` are the numbers of
    labels of each classification.
    """

    forbidden: Tensor

    def __init__(self, encoder: Any, special: Special, *, priors: Floats, n_roles: int, n_classes: Sequence[int]) -> None:
        super().__init__()
        self.encoder = encoder
        self.special = special
        n_blocks = encoder.config.num_hidden_layers
        # The last layers of an encoder made for sentences serve tags badly; four heights side by side serve them well.
        self.blocks = sorted({-(-n_blocks * quarter // 4) for quarter in (1, 2, 3, 4)})
        n_features = encoder.config.hidden_size * len(self.blocks)
        n_layers = len(priors)
        self.tagger = nn.Linear(n_features, n_layers * N_TAGS)
        nn.init.normal_(self.tagger.weight, std=0.01)
        with torch.no_grad():
            self.tagger.bias.copy_(torch.from_numpy(np.log(np.maximum(priors, 1e-4))).flatten())
        self.starts = nn.Parameter(torch.zeros(n_layers, N_TAGS))
        self.transitions = nn.Parameter(torch.zeros(n_layers, N_TAGS, N_TAGS))
        self.projection = nn.Linear(n_features, 4 * _HIDDEN)
        self.distance = nn.Embedding(2 * _FARTHEST + 1, _HIDDEN)
        self.sentences_apart = nn.Embedding(2 * _SENTENCES + 1, _HIDDEN)
        nn.init.normal_(self.distance.weight, std=0.3)
        nn.init.normal_(self.sentences_apart.weight, std=0.3)
        self.reader = nn.Linear(_HIDDEN, n_roles)
        nn.init.constant_(self.reader.bias, -4.0)  # few words belong to an attribution
        self.classifiers = nn.ModuleList(nn.Linear((2 + n_roles) * _HIDDEN, n) for n in n_classes)
        forbidden = torch.zeros(N_TAGS, N_TAGS)
        forbidden[O, I] = _NEVER
        self.register_buffer("forbidden", forbidden, persistent=False)

    @property
    def longest(self) -> int:
        """The most pieces of a window, for which the encoder has positions."""
        config = self.encoder.config
        # Encoders like RoBERTa count positions from behind the padding piece.
        return int(config.max_position_embeddings) - 2 - (self.special.padding + 1)

    def weights(self) -> bytes:
        """All weights in half precision, in the safetensors format, for `restored`."""
        return safetensors.torch.save({name: weight.half().contiguous() for name, weight in self.state_dict().items()})

    def chains(self) -> tuple[Floats, Floats]:
        """The scores of transitions, of shape (layers, 3, 3), and of first tags, of shape (layers, 3)."""
        return self.transitions.detach().cpu().numpy().copy(), self.starts.detach().cpu().numpy().copy()

    def words(self, windows: Sequence[Window], *, masked: Sequence[Ints] | None = None) -> Tensor:
        """The features of each word, of shape (B, W, F); a word's is the mean over its pieces. `masked` are pieces to hide."""
        device = self.tagger.weight.device
        n_pieces = max(len(window.pieces) for window in windows) + 2
        n_words = max(len(window.sentence) for window in windows)
        ids = np.full((len(windows), n_pieces), self.special.padding)
        place = np.full((len(windows), n_pieces), len(windows) * n_words)  # where nothing is read
        for row, window in enumerate(windows):
            end = len(window.pieces) + 1
            ids[row, 0], ids[row, 1:end], ids[row, end] = self.special.first, window.pieces, self.special.last
            place[row, 1:end] = window.word_of_piece + row * n_words
            if masked is not None:
                ids[row, masked[row] + 1] = self.special.mask
        lengths = np.array([len(window.pieces) + 2 for window in windows])
        attention = np.arange(n_pieces) < lengths[:, None]
        states = self.encoder(
            input_ids=torch.from_numpy(ids).to(device),
            attention_mask=torch.from_numpy(attention.astype(np.int64)).to(device),
            output_hidden_states=True,
        ).hidden_states
        chosen = [functional.layer_norm(states[block], states[block].shape[-1:]) for block in self.blocks]
        joined = torch.cat(chosen, dim=-1).flatten(0, 1)
        counts = np.maximum(np.bincount(place.ravel(), minlength=len(windows) * n_words + 1), 1).astype(np.float32)
        sums = joined.new_zeros(len(counts), joined.shape[-1]).index_add(0, torch.from_numpy(place).flatten().to(device), joined)
        means = sums / torch.from_numpy(counts).to(device)[:, None]
        return means[:-1].view(len(windows), n_words, -1)

    def emissions(self, words: Tensor) -> Tensor:
        """The score of each tag, of shape (B, W, L, 3)."""
        scores: Tensor = self.tagger(words)
        return scores.view(*words.shape[:-1], -1, N_TAGS)

    def read(self, features: Tensor, sentence: Ints, anchors: Sequence[TokenRange]) -> tuple[Tensor, list[Tensor]]:
        """For one window's projected words, of shape (W, 4 * H): the role logits (A, W, R), and the logits of each class."""
        token, token_gate, anchor, anchor_gate = features.view(-1, 4, _HIDDEN).unbind(1)
        n_words = len(features)
        begins, ends = np.array(anchors).T
        at = np.arange(n_words)
        inside = (at >= begins[:, None]) & (at < ends[:, None])
        share = torch.from_numpy((inside / inside.sum(axis=1, keepdims=True)).astype(np.float32)).to(features.device)
        hidden = token + (share @ anchor)[:, None] + token_gate * (share @ anchor_gate)[:, None]
        steps = _distances(at[None] - begins[:, None], at[None] - ends[:, None] + 1)
        apart = _between(sentence[None] - sentence[begins][:, None], sentence[None] - sentence[ends - 1][:, None])
        hidden = hidden + self.distance(torch.from_numpy(steps).to(features.device))
        hidden = hidden + self.sentences_apart(torch.from_numpy(apart).to(features.device))
        hidden = functional.gelu(hidden)
        roles = self.reader(hidden)
        shares = roles.sigmoid().transpose(1, 2)
        parts = (shares @ token) / (shares.sum(dim=-1, keepdim=True) + 1)  # the words of each role, the cue's above all
        summary = torch.cat([hidden.amax(dim=1), share @ anchor, parts.flatten(1)], dim=-1)
        return roles, [classifier(summary) for classifier in self.classifiers]

    def loss(self, examples: Sequence[Example], *, masked: Sequence[Ints]) -> Tensor:
        """The negative log-likelihood of tags, roles and classes, for one word."""
        words = self.words([example.window for example in examples], masked=masked)
        words = functional.dropout(words, _DROPOUT, self.training)
        features = self.projection(words)
        total = self._tag_loss(self.emissions(words), [example.tags for example in examples])
        for row, example in enumerate(examples):
            if example.anchors:
                sentence = example.window.sentence
                roles, classes = self.read(features[row, : len(sentence)], sentence, example.anchors)
                wanted = torch.from_numpy(example.roles.astype(np.float32)).to(roles.device)
                total = total + _ROLE_WEIGHT * functional.binary_cross_entropy_with_logits(roles, wanted, reduction="sum")
                for scores, labels in zip(classes, example.classes.T, strict=True):
                    right = torch.from_numpy(labels.copy()).to(scores.device)
                    total = total + _CLASS_WEIGHT * functional.cross_entropy(scores, right, reduction="sum")
        return total / sum(len(example.tags) for example in examples)

    def _tag_loss(self, emissions: Tensor, tags: Sequence[Ints]) -> Tensor:
        """The negative log-likelihood of the gold tags under a linear-chain conditional random field for each layer."""
        n_words = emissions.shape[1]
        padded = [np.pad(each, ((0, n_words - len(each)), (0, 0)), constant_values=UNKNOWN) for each in tags]
        gold = torch.from_numpy(np.stack(padded)).to(emissions.device)
        known = gold != UNKNOWN
        gold = gold.clamp(min=0)
        steps = self.transitions + self.forbidden
        starts = self.starts + self.forbidden[O]
        score = emissions.gather(-1, gold[..., None])[..., 0]
        layer = torch.arange(emissions.shape[2], device=emissions.device)
        score = score + torch.cat([starts[layer, gold[:, :1]], steps[layer, gold[:, :-1], gold[:, 1:]]], dim=1)
        forward = starts + emissions[:, 0]
        for at in range(1, n_words):
            following = torch.logsumexp(forward[..., None] + steps, dim=-2) + emissions[:, at]
            forward = torch.where(known[:, at, :, None], following, forward)
        partition = torch.logsumexp(forward, dim=-1)
        return (partition * known[:, 0]).sum() - (score * known).sum()


def _distances(from_begin: Ints, from_end: Ints) -> Ints:
    """How far a word stands before (negative) or behind an anchor, in powers of two; 0 inside; from 0 up as an index."""
    far = np.where(from_begin < 0, from_begin, np.maximum(from_end, 0))
    steps = np.sign(far) * np.minimum(np.floor(np.log2(np.maximum(np.abs(far), 1))) + 1, _FARTHEST)
    index: Ints = steps.astype(np.int64) + _FARTHEST
    return index


def _between(from_begin: Ints, from_end: Ints) -> Ints:
    """How many sentences a word stands before (negative) or behind an anchor; from 0 up as an index."""
    apart = np.where(from_begin < 0, from_begin, np.maximum(from_end, 0))
    index: Ints = np.clip(apart, -_SENTENCES, _SENTENCES) + _SENTENCES
    return index


def batches(windows: Sequence[Window], *, n_pieces: int, random: np.random.Generator | None = None) -> list[list[int]]:
    """The numbers of the windows in batches of similar length and at most `n_pieces` with padding, but at least one window.

    `random` shuffles the batches and blurs the order by length.
    """
    lengths = np.array([len(window.pieces) + 2 for window in windows], dtype=np.float64)
    blurred = lengths if random is None else lengths * random.uniform(0.9, 1.1, len(lengths))
    found: list[list[int]] = []
    longest = 0.0
    for number in np.argsort(-blurred, kind="stable").tolist():
        longest = max(longest, lengths[number])
        if found and longest * (len(found[-1]) + 1) <= n_pieces:
            found[-1].append(number)
        else:
            found.append([number])
            longest = lengths[number]
    if random is not None:
        random.shuffle(found)
    return found


def readings(network: Network, windows: Sequence[Window], *, n_pieces: int) -> list[Reading]:
    """What the network makes of each window, which are read in batches of at most `n_pieces` pieces."""
    found: dict[int, Reading] = {}
    network.eval()
    with torch.inference_mode():
        for batch in batches(windows, n_pieces=n_pieces):
            words = network.words([windows[number] for number in batch])
            emissions, features = network.emissions(words).cpu().numpy(), network.projection(words)
            for row, number in enumerate(batch):
                n_words = len(windows[number].sentence)
                found[number] = Reading(emissions[row, :n_words], features[row, :n_words])
    return [found[number] for number in range(len(windows))]


def focus(network: Network, window: Window, reading: Reading, anchors: Sequence[TokenRange]) -> tuple[Floats, list[Floats]]:
    """With each of at least one anchor in mind: the log-odds of roles, of shape (A, W, R), and the scores of each class."""
    with torch.inference_mode():
        odds, classes = network.read(reading.features, window.sentence, anchors)
        return odds.cpu().numpy(), [scores.cpu().numpy() for scores in classes]


def train(
    network: Network,
    epoch: Callable[[int], Sequence[Example]],
    *,
    n_epochs: int,
    rate: float,
    head_rate: float,
    n_pieces: int,
    masked_share: float,
    warm_up: int,
    seed: int,
) -> Iterator[float]:
    """Fit the network to the examples of epoch 0, 1 and so on; the mean loss of each epoch, when it is over.

    AdamW, whose rate rises for `warm_up` steps and then falls to 0 by the end. `head_rate` is the rate of all that is not
    the encoder. Word embeddings stay as they are. A share of the pieces is hidden from the encoder.
    """
    random = np.random.default_rng(seed)
    network.encoder.get_input_embeddings().weight.requires_grad_(False)
    body = [weight for weight in network.encoder.parameters() if weight.requires_grad]
    head = [weight for name, weight in network.named_parameters() if not name.startswith("encoder.")]
    optimizer = torch.optim.AdamW([{"params": body, "lr": rate}, {"params": head, "lr": head_rate}], weight_decay=0.01)
    rates = [group["lr"] for group in optimizer.param_groups]
    step = 0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for number in range(n_epochs):
            examples = epoch(number)
            network.train()
            losses = []
            order = batches([example.window for example in examples], n_pieces=n_pieces, random=random)
            for index, batch in enumerate(order):
                done = (number + index / len(order)) / n_epochs
                for group, highest in zip(optimizer.param_groups, rates, strict=True):
                    group["lr"] = highest * min((step + 1) / warm_up, 1 - done)
                chosen = [examples[i] for i in batch]
                hidden = [np.flatnonzero(random.random(len(example.window.pieces)) < masked_share) for example in chosen]
                loss = network.loss(chosen, masked=hidden)
                optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                losses.append(loss.item())
                step += 1
            yield float(np.mean(losses))
    # What is saved is in half precision; so is what predicts, lest a saved model differ from the one that was trained.
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(weight.half())


def pretrained(
    name: str, *, n_blocks: int, priors: Floats, n_roles: int, n_classes: Sequence[int], seed: int
) -> tuple[Network, Tokenizer]:
    """The lowest `n_blocks` layers of an encoder, an id on the Hugging Face hub or a folder, with untrained heads; its tokenizer.

    Raises DataError where there is no such encoder, or one without what tagging needs.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        config = AutoConfig.from_pretrained(name)
        config.num_hidden_layers = min(n_blocks, config.num_hidden_layers)
        encoder = AutoModel.from_pretrained(name, config=config, dtype=torch.float32)
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f"{name}: is no encoder, neither as a folder nor on the Hugging Face hub: {error}") from error
    special = (
        tokenizer.cls_token_id,
        tokenizer.sep_token_id,
        tokenizer.pad_token_id,
        tokenizer.mask_token_id,
        tokenizer.unk_token_id,
    )
    if not tokenizer.is_fast or None in special:
        raise DataError(f"{name}: its tokenizer lacks special pieces that an encoder like BERT has, or its tokenizer.json")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Network(_bare(encoder), Special(*special), priors=priors, n_roles=n_roles, n_classes=n_classes)
    return network, tokenizer.backend_tokenizer


def restored(
    config: dict[str, Any], weights: bytes, special: Special, *, n_layers: int, n_roles: int, n_classes: Sequence[int]
) -> Network:
    """The network that `Network.weights` came from; `config` is its encoder's. Raises DataError for weights of another shape."""
    encoder = _bare(AutoModel.from_config(AutoConfig.for_model(**config)))  # type: ignore[no-untyped-call]
    network = Network(encoder, special, priors=np.ones((n_layers, N_TAGS), dtype=np.float32), n_roles=n_roles, n_classes=n_classes)
    try:
        network.load_state_dict({name: weight.float() for name, weight in safetensors.torch.load(weights).items()})
    except RuntimeError as error:
        raise DataError(f"the weights are of another version of this network; train it again: {error}") from error
    return network


def _bare(encoder: Any) -> Any:
    """The encoder without a pooler, which tags nothing, and without dropout, for which the hidden pieces stand in."""
    if hasattr(encoder, "pooler"):
        encoder.pooler = None
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return encoder
