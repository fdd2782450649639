"""Trains a LoRA adapter (Hu et al., arXiv 2106.09685) for the bundled model as a chip has it.

usage: train_adapter.py DATA OUT --stories prose|questions --bits 4|2
           [--rank N] [--restore] [--minutes M] [--rate R] [--seed S]

DATA is what prepare-adapters.ts wrote. The chip's weights stay as they are; A and B of all seven projections are
trained. With --restore they start from the best approximation of rank N to what quantisation took away, as in LoftQ
(Li et al., arXiv 2310.08659); otherwise B starts from zero. Minutes are of processor time. OUT gets an adapter in
PEFT's format (F16).
"""

import argparse
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from train import VOCABULARY, Llama, batches, load, story_loss, write_json, write_safetensors

BASE = os.path.join(os.path.dirname(__file__), "../../models/small-stories")
# Tokens of the longest stories, nearly.
WINDOW = 192
WARMUP = 50


class AdaptedLlama(Llama):
    """Weights that a chip of `bits` bits holds, and an adapter of scale 1 beside them."""

    def __init__(self, file, rank):
        super().__init__()
        self.adapted = True
        values = torch.from_numpy(np.fromfile(file, dtype="<f4"))
        self.factors = {}
        offset = 0
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(values[offset : offset + weight.numel()].reshape(weight.shape))
                offset += weight.numel()
                weight.requires_grad_(False)
                if name.endswith("_proj"):
                    rows, columns = weight.shape
                    a = torch.nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
                    b = torch.nn.Parameter(torch.zeros(rows, rank))
                    self.factors[name] = (a, b)
        assert offset == len(values), f"{file} is of another model"

    def weight(self, name):
        weight = self.weights[name]
        if not self.adapted or name not in self.factors:
            return weight
        a, b = self.factors[name]
        return weight + b @ a

    def restore(self, original):
        """A and B become the best approximation to the difference from the original weights."""
        with torch.no_grad():
            for name, (a, b) in self.factors.items():
                u, s, v = torch.linalg.svd(original.weights[name] - self.weights[name], full_matrices=False)
                root = s[: len(a)].sqrt()
                a.copy_(root[:, None] * v[: len(a)])
                b.copy_(u[:, : len(a)] * root)


def save(model, folder, rank):
    os.makedirs(folder, exist_ok=True)
    tensors = {}
    for name, factors in model.factors.items():
        for side, factor in zip("AB", factors):
            tensors[f"base_model.model.{name}.lora_{side}.weight"] = factor.detach().numpy().astype("<f2")
    write_safetensors(f"{folder}/adapter_model.safetensors", tensors)
    modules = sorted({name.split(".")[-1] for name in model.factors})
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "models/small-stories",
        "r": rank,
        "lora_alpha": rank,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": modules,
        "inference_mode": True,
    }
    write_json(f"{folder}/adapter_config.json", config)


def train(data, out, stories, bits, rank, restore, minutes, peak_rate, seed):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = AdaptedLlama(f"{data}/int{bits}.f32", rank)
    validation = f"{data}/{stories}/validation.u16"
    if restore:
        original = Llama()
        load(original, BASE)
        print("loss of the original", round(story_loss(original, validation), 4))
        model.restore(original)
    model.adapted = False
    print("loss without the adapter", round(story_loss(model, validation), 4))
    model.adapted = True
    print("loss at the start", round(story_loss(model, validation), 4), flush=True)
    parameters = [factor for factors in model.factors.values() for factor in factors]
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.98), weight_decay=0.0)
    source = batches(f"{data}/{stories}/training.u16", torch.Generator().manual_seed(seed), WINDOW)
    start, step = time.process_time(), 0
    while (part := (time.process_time() - start) / (60 * minutes)) < 1:
        rate = peak_rate * min(1, (step + 1) / WARMUP) * (0.02 + 0.98 * (1 + math.cos(math.pi * part)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        inputs, targets = next(source)
        loss = F.cross_entropy(model(inputs).reshape(-1, VOCABULARY), targets.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            print(f"{step} {part:.3f} {loss.item():.4f}", flush=True)
    print("loss with the adapter", round(story_loss(model, validation), 4), "after", step, "steps")
    save(model, out, rank)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--stories", required=True, choices=["prose", "questions"])
    parser.add_argument("--bits", required=True, type=int, choices=[4, 2])
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--restore", action="store_true")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rate", dest="peak_rate", type=float, default=4e-3, help="largest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    train(**vars(options))
