"""Trains the bundled model on the stories that prepare.ts wrote, with the chip's quantisation in the loop.

usage: train.py DATA OUT [--from FOLDER] [--minutes M] [--rate R] [--seed S]

The first part of the time trains float weights; the rest trains through the quantiser with a straight-through
gradient (Bengio et al., arXiv 1308.3432), so that the weights settle where four bits hold them. With --from, all of
it starts from the weights that an earlier run left in FOLDER. Characters count more than other words (NAME_WEIGHT).
Minutes are of processor time. OUT gets model.safetensors (F16, every matrix already on its grid), config.json and
losses.json.
"""

import argparse
import itertools
import json
import math
import struct
import time

import numpy as np
import torch
import torch.nn.functional as F

DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, CONTEXT = 64, 192, 5, 8, 4, 512, 256
HEAD = DIM // HEADS
EPSILON, ROPE_BASE = 1e-5, 10000.0
GROUP, MATRIX_BITS, EMBEDDING_BITS = 64, 4, 8
# Significant bits of a scale: scale * (code - zero point) is then exact in binary16.
SCALE_BITS = {4: 7, 8: 3}
BATCH_TOKENS, STORY, WARMUP, FLOAT_PART = 2048, 144, 100, 0.6
# Of the tokens that DATA/characters.json lists: who acts matters more to a reader than how it is said.
NAME_WEIGHT = 3.0


def grid(weights, bits):
    """Scale and zero point of every group of a matrix [rows, groups, GROUP]; the range includes zero."""
    low = weights.amin(-1, keepdim=True).clamp(max=0)
    high = weights.amax(-1, keepdim=True).clamp(min=0)
    step = ((high - low) / (2**bits - 1)).clamp(min=2.0**-13)
    unit = torch.exp2(torch.floor(torch.log2(step)) - (SCALE_BITS[bits] - 1))
    step = torch.ceil(step / unit) * unit if bits == 8 else torch.round(step / unit) * unit
    zero = torch.floor(-low / step + 0.5).clamp(0, 2**bits - 1)
    return step, zero


def quantised(weights, bits):
    """The nearest values that the chip can hold: scale * (code - zero point), groups along the rows."""
    rows, columns = weights.shape
    groups = weights.reshape(rows, columns // GROUP, GROUP)
    step, zero = grid(groups, bits)
    codes = torch.floor(groups / step + zero + 0.5).clamp(0, 2**bits - 1)
    return (step * (codes - zero)).reshape(rows, columns)


class Llama(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.quantise = False
        shapes = {"model.embed_tokens": (VOCABULARY, DIM)}
        for layer in range(LAYERS):
            name = f"model.layers.{layer}."
            shapes[name + "self_attn.q_proj"] = (DIM, DIM)
            shapes[name + "self_attn.k_proj"] = (KV_HEADS * HEAD, DIM)
            shapes[name + "self_attn.v_proj"] = (KV_HEADS * HEAD, DIM)
            shapes[name + "self_attn.o_proj"] = (DIM, DIM)
            shapes[name + "mlp.gate_proj"] = (HIDDEN, DIM)
            shapes[name + "mlp.up_proj"] = (HIDDEN, DIM)
            shapes[name + "mlp.down_proj"] = (DIM, HIDDEN)
            shapes[name + "input_layernorm"] = (DIM,)
            shapes[name + "post_attention_layernorm"] = (DIM,)
        shapes["model.norm"] = (DIM,)
        self.weights = {}
        for name, shape in shapes.items():
            into_residual = name.endswith(("o_proj", "down_proj"))
            spread = 0.08 / (math.sqrt(2 * LAYERS) if into_residual else 1)
            value = torch.ones(shape) if len(shape) == 1 else torch.randn(shape) * spread
            self.weights[name] = torch.nn.Parameter(value)
            self.register_parameter(name.replace(".", "_"), self.weights[name])
        angles = torch.outer(
            torch.arange(CONTEXT).float(), ROPE_BASE ** (-torch.arange(0, HEAD, 2).float() / HEAD)
        )
        self.cos = torch.cat([angles.cos(), angles.cos()], -1)
        self.sin = torch.cat([angles.sin(), angles.sin()], -1)
        self.mask = torch.full((CONTEXT, CONTEXT), -math.inf).triu(1)

    def weight(self, name):
        weight = self.weights[name]
        if not self.quantise or weight.dim() == 1:
            return weight
        bits = EMBEDDING_BITS if name == "model.embed_tokens" else MATRIX_BITS
        with torch.no_grad():
            correction = quantised(weight, bits) - weight
        return weight + correction

    def rotate(self, x):
        first, second = x.chunk(2, -1)
        count = x.shape[-2]
        return x * self.cos[:count] + torch.cat([-second, first], -1) * self.sin[:count]

    def norm(self, x, name):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.weights[name]

    def forward(self, tokens):
        batch, count = tokens.shape
        embedding = self.weight("model.embed_tokens")
        x = F.embedding(tokens, embedding)
        for layer in range(LAYERS):
            name = f"model.layers.{layer}."
            y = self.norm(x, name + "input_layernorm")

            def heads(projection, number):
                z = y @ self.weight(name + f"self_attn.{projection}").t()
                return z.reshape(batch, count, number, HEAD).transpose(1, 2)

            q = self.rotate(heads("q_proj", HEADS))
            k = self.rotate(heads("k_proj", KV_HEADS)).repeat_interleave(HEADS // KV_HEADS, 1)
            v = heads("v_proj", KV_HEADS).repeat_interleave(HEADS // KV_HEADS, 1)
            scores = torch.baddbmm(
                self.mask[:count, :count],
                (q / math.sqrt(HEAD)).reshape(-1, count, HEAD),
                k.reshape(-1, count, HEAD).transpose(1, 2),
            )
            mixed = torch.bmm(scores.softmax(-1), v.reshape(-1, count, HEAD))
            mixed = mixed.reshape(batch, HEADS, count, HEAD).transpose(1, 2).reshape(batch, count, DIM)
            x = x + mixed @ self.weight(name + "self_attn.o_proj").t()
            y = self.norm(x, name + "post_attention_layernorm")
            gate = F.silu(y @ self.weight(name + "mlp.gate_proj").t())
            up = y @ self.weight(name + "mlp.up_proj").t()
            x = x + (gate * up) @ self.weight(name + "mlp.down_proj").t()
        return self.norm(x, "model.norm") @ embedding.t()


def stories(path):
    """All tokens, and where each story starts and ends."""
    tokens = np.fromfile(path, dtype="<u2").astype(np.int64)
    starts = np.flatnonzero(tokens == 1)
    ends = np.append(starts[1:], len(tokens))
    return tokens, starts, ends


def batches(path, generator, story=STORY):
    """Windows that start with a story: mostly one story, every fourth the whole context and the next story."""
    tokens, starts, _ = stories(path)
    starts = starts[starts + CONTEXT + 1 <= len(tokens)]
    for step in itertools.count():
        length = CONTEXT if step % 4 == 3 else story
        count = BATCH_TOKENS // length
        chosen = starts[torch.randint(len(starts), (count,), generator=generator).numpy()]
        rows = torch.from_numpy(np.stack([tokens[start : start + length + 1] for start in chosen]))
        yield rows[:, :-1], rows[:, 1:]


def story_loss(model, path):
    """Nats per token over single stories from BOS, as `romulus evaluate` counts."""
    tokens, starts, ends = stories(path)
    total = count = 0
    with torch.no_grad():
        for start, end in zip(starts, ends):
            row = torch.from_numpy(tokens[start : min(end, start + CONTEXT)])[None]
            logits = model(row[:, :-1])
            total += F.cross_entropy(logits[0], row[0, 1:], reduction="sum").item()
            count += row.shape[1] - 1
    return total / count


def losses(model, path):
    kept = model.quantise
    result = {}
    for name, quantise in (("float", False), ("int4", True)):
        model.quantise = quantise
        result[name] = round(story_loss(model, path), 4)
    model.quantise = kept
    return result


def load(model, folder):
    """The weights that `save` wrote."""
    with open(f"{folder}/model.safetensors", "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    with torch.no_grad():
        for name, weight in model.weights.items():
            begin, end = header[name + ".weight"]["data_offsets"]
            values = np.frombuffer(data[begin:end], "<f2").astype(np.float32)
            weight.copy_(torch.from_numpy(values).reshape(weight.shape))


def write_safetensors(path, tensors):
    """F16 tensors by name."""
    header, chunks, offset = {}, [], 0
    for name, half in tensors.items():
        end = offset + half.nbytes
        header[name] = {"dtype": "F16", "shape": list(half.shape), "data_offsets": [offset, end]}
        chunks.append(half.tobytes())
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")


def save(model, folder, report):
    tensors = {}
    for name, weight in model.weights.items():
        value = weight.detach()
        if value.dim() == 2:
            value = quantised(value, EMBEDDING_BITS if "embed" in name else MATRIX_BITS)
        half = value.numpy().astype("<f2")
        if value.dim() == 2:
            assert (half.astype(np.float32) == value.numpy()).all(), f"{name} is not exact in F16"
        tensors[name + ".weight"] = half
    write_safetensors(f"{folder}/model.safetensors", tensors)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": DIM,
        "intermediate_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": EPSILON,
        "rope_theta": ROPE_BASE,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "float16",
    }
    write_json(f"{folder}/config.json", config)
    write_json(f"{folder}/losses.json", report)


def train(data, out, start_from, minutes, peak_rate, seed):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Llama()
    if start_from:
        load(model, start_from)
    with open(f"{data}/characters.json") as file:
        characters = json.load(file)
    token_weight = torch.ones(VOCABULARY)
    token_weight[characters] = NAME_WEIGHT
    matrices = [w for w in model.weights.values() if w.dim() == 2]
    vectors = [w for w in model.weights.values() if w.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}],
        betas=(0.9, 0.98),
    )
    source = batches(f"{data}/training.u16", torch.Generator().manual_seed(seed))
    saved, step, report = 0.0, 0, {}
    while (part := time.process_time() / (60 * minutes)) < 1:
        if not model.quantise and part >= FLOAT_PART:
            report["end of float training"] = losses(model, f"{data}/validation.u16")
            print("float", report, flush=True)
            model.quantise = True
        rate = peak_rate * min(1, (step + 1) / WARMUP) * (0.02 + 0.98 * (1 + math.cos(math.pi * part)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        inputs, targets = next(source)
        loss = F.cross_entropy(model(inputs).reshape(-1, VOCABULARY), targets.reshape(-1), token_weight)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            print(f"{step} {part:.3f} {loss.item():.4f}", flush=True)
        if time.time() - saved > 240:
            saved = time.time()
            now = losses(model, f"{data}/validation.u16")
            print("losses", now, flush=True)
            save(model, out, {**report, "steps": step, "now": now})
    report["end"] = losses(model, f"{data}/validation.u16")
    report["steps"] = step
    print(report, flush=True)
    save(model, out, report)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--from", dest="start_from")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=4e-3, help="largest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    train(options.data, options.out, options.start_from, options.minutes, options.rate, options.seed)
