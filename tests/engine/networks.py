"""The networks that models.py exports: architectures as published, weights random.

MAKERS: name -> function of the path of MiniLM's weights, giving the module, its
inputs by name, its dynamic axes, and the operator set to export.
"""
import json
import math
import zipfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


# -- Pictures --

def conv_bn(i, o, k, stride=1, groups=1, act=nn.ReLU6):
    layers = [nn.Conv2d(i, o, k, stride, k // 2, groups=groups, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act()] if act else []))


class Inverted(nn.Module):
    def __init__(self, i, o, stride, expand):
        super().__init__()
        wide = i * expand
        self.same = stride == 1 and i == o
        self.body = nn.Sequential(*([conv_bn(i, wide, 1)] if expand > 1 else []),
                                  conv_bn(wide, wide, 3, stride, wide),
                                  conv_bn(wide, o, 1, act=None))

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)


def mobilenet():
    """Sandler et al. 2018, arXiv:1801.04381."""
    layers, i = [conv_bn(3, 32, 3, 2)], 32
    for t, c, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                       (6, 160, 3, 2), (6, 320, 1, 1)):
        for k in range(n):
            layers.append(Inverted(i, c, s if k == 0 else 1, t))
            i = c
    return nn.Sequential(*layers, conv_bn(i, 1280, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(1280, 1000))


class Basic(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.a = conv_bn(i, o, 3, stride, act=nn.ReLU)
        self.b = conv_bn(o, o, 3, act=None)
        self.skip = conv_bn(i, o, 1, stride, act=None) if stride > 1 or i != o else nn.Identity()

    def forward(self, x):
        return F.relu(self.b(self.a(x)) + self.skip(x))


def resnet18():
    """He et al. 2015, arXiv:1512.03385."""
    layers, i = [conv_bn(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)], 64
    for o in (64, 128, 256, 512):
        layers += [Basic(i, o, 1 if o == 64 else 2), Basic(o, o, 1)]
        i = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


class UNet(nn.Module):
    """Ronneberger et al. 2015, arXiv:1505.04597, with padding."""

    def __init__(self, base=16, depth=4):
        super().__init__()
        wide = [base << k for k in range(depth)]
        two = lambda i, o: nn.Sequential(conv_bn(i, o, 3, act=nn.ReLU), conv_bn(o, o, 3, act=nn.ReLU))
        self.down = nn.ModuleList(two(i, o) for i, o in zip([3] + wide, wide))
        self.up = nn.ModuleList(nn.ConvTranspose2d(o, i, 2, 2) for i, o in zip(wide, wide[1:]))
        self.join = nn.ModuleList(two(2 * i, i) for i in wide[:-1])
        self.last = nn.Conv2d(base, 2, 1)

    def forward(self, x):
        kept = []
        for k, layer in enumerate(self.down):
            x = layer(x if k == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        for k in reversed(range(len(self.up))):
            x = self.join[k](torch.cat([self.up[k](x), kept[k]], 1))
        return F.interpolate(torch.sigmoid(self.last(x)), scale_factor=2, mode='bilinear',
                             align_corners=False)


def settle(model):
    """Statistics as of training, so that BatchNormalization does something."""
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.running_mean.normal_(0, 0.1)
            m.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(m.weight, 0.7, 1.3)
            nn.init.normal_(m.bias, 0, 0.1)
    return model


def picture(make, size):
    def maker(_):
        return (settle(make()), {'x': torch.randn(1, 3, *size)},
                {'x': {0: 'n', 2: 'h', 3: 'w'}} if make is UNet else {'x': {0: 'n'}}, 13)
    return maker


# -- Text --

class Attend(nn.Module):
    def __init__(self, d, heads, key_bias=True):
        super().__init__()
        self.heads = heads
        self.q, self.v, self.o = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.k = nn.Linear(d, d, bias=key_bias)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x, other=None, mask=None, past=None):
        other = x if other is None else other
        q, k, v = self.split(self.q(x)), self.split(self.k(other)), self.split(self.v(other))
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        s = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        w = F.softmax(s if mask is None else s + mask, -1)
        return self.o((w @ v).permute(0, 2, 1, 3).flatten(2)), k, v


class Bert(nn.Module):
    """Devlin et al. 2018, arXiv:1810.04805; the mean of the words, of length 1."""

    def __init__(self, vocabulary=30522, d=384, layers=6, heads=12):
        super().__init__()
        self.words, self.places = nn.Embedding(vocabulary, d), nn.Embedding(512, d)
        self.kinds, self.norm = nn.Embedding(2, d), nn.LayerNorm(d, 1e-12)
        self.layers = nn.ModuleList()
        for _ in range(layers):
            self.layers.append(nn.ModuleDict({
                'attend': Attend(d, heads), 'norm1': nn.LayerNorm(d, 1e-12),
                'wide': nn.Linear(d, 4 * d), 'back': nn.Linear(4 * d, d),
                'norm2': nn.LayerNorm(d, 1e-12)}))

    def forward(self, input_ids, attention_mask, token_type_ids):
        place = torch.arange(input_ids.shape[1]).unsqueeze(0)
        x = self.norm(self.words(input_ids) + self.places(place) + self.kinds(token_type_ids))
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        for layer in self.layers:
            x = layer['norm1'](x + layer['attend'](x, mask=mask)[0])
            x = layer['norm2'](x + layer['back'](F.gelu(layer['wide'](x))))
        keep = attention_mask.unsqueeze(-1).float()
        return F.normalize((x * keep).sum(1) / keep.sum(1).clamp(min=1e-9), dim=1)


def safetensors(path):
    if zipfile.is_zipfile(path):
        z = zipfile.ZipFile(path)
        data = z.read(next(n for n in z.namelist() if n.endswith('model.safetensors')))
    else:
        with open(path, 'rb') as f:
            data = f.read()
    n = int.from_bytes(data[:8], 'little')
    out = {}
    for name, t in json.loads(data[8:8 + n]).items():
        if name != '__metadata__' and t['dtype'] == 'F32':
            a, b = t['data_offsets']
            out[name] = torch.from_numpy(np.frombuffer(data[8 + n + a:8 + n + b], np.float32)
                                         .reshape(t['shape']).copy())
    return out


def minilm(path):
    model = Bert()
    if path:
        weights = safetensors(path)
        names = {'words': 'embeddings.word_embeddings', 'places': 'embeddings.position_embeddings',
                 'kinds': 'embeddings.token_type_embeddings', 'norm': 'embeddings.LayerNorm'}
        for i in range(6):
            layer, there = f'layers.{i}.', f'encoder.layer.{i}.'
            names.update({layer + 'attend.q': there + 'attention.self.query',
                          layer + 'attend.k': there + 'attention.self.key',
                          layer + 'attend.v': there + 'attention.self.value',
                          layer + 'attend.o': there + 'attention.output.dense',
                          layer + 'norm1': there + 'attention.output.LayerNorm',
                          layer + 'wide': there + 'intermediate.dense',
                          layer + 'back': there + 'output.dense',
                          layer + 'norm2': there + 'output.LayerNorm'})
        state = {}
        for key in model.state_dict():
            module, part = key.rsplit('.', 1)
            state[key] = weights[names[module] + '.' + part]
        model.load_state_dict(state)
    ids = torch.randint(1000, 30000, (2, 24))
    mask = torch.ones_like(ids)
    mask[1, 17:] = 0
    axes = {k: {0: 'batch', 1: 'words'} for k in ('input_ids', 'attention_mask', 'token_type_ids')}
    return (model, {'input_ids': ids, 'attention_mask': mask,
                    'token_type_ids': torch.zeros_like(ids)}, axes, 14)


# -- Speech: Radford et al. 2022, arXiv:2212.04356, the size "base" --

D, HEADS, LAYERS, WORDS = 512, 8, 6, 51865


class Layer(nn.Module):
    def __init__(self, cross):
        super().__init__()
        self.attend, self.norm = Attend(D, HEADS, False), nn.LayerNorm(D)
        self.cross = Attend(D, HEADS, False) if cross else None
        self.cross_norm = nn.LayerNorm(D) if cross else None
        self.wide, self.back, self.norm2 = nn.Linear(D, 4 * D), nn.Linear(4 * D, D), nn.LayerNorm(D)

    def forward(self, x, heard=None, mask=None, past=None):
        a, k, v = self.attend(self.norm(x), mask=mask, past=past)
        x = x + a
        if self.cross is not None:
            x = x + self.cross(self.cross_norm(x), heard)[0]
        return x + self.back(F.gelu(self.wide(self.norm2(x)))), k, v


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(80, D, 3, padding=1), nn.Conv1d(D, D, 3, 2, 1)
        self.places = nn.Parameter(torch.randn(1500, D) * 0.02)
        self.layers = nn.ModuleList(Layer(False) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(D)

    def forward(self, mel):
        x = F.gelu(self.b(F.gelu(self.a(mel)))).permute(0, 2, 1)
        x = x + self.places[:x.shape[1]]
        for layer in self.layers:
            x = layer(x)[0]
        return self.norm(x)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, D), nn.Embedding(448, D)
        self.layers = nn.ModuleList(Layer(True) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(D)

    def forward(self, ids, heard, past):
        seen = past.shape[4]
        x = self.words(ids) + self.places(torch.arange(seen, seen + ids.shape[1]))
        mask = torch.full((ids.shape[1], seen + ids.shape[1]), -1e9).triu(seen + 1)
        kept = []
        for i, layer in enumerate(self.layers):
            x, k, v = layer(x, heard, mask, past[i])
            kept.append(torch.stack([k, v]))
        return self.norm(x) @ self.words.weight.t(), torch.stack(kept)


def whisper_encoder(_):
    return Encoder(), {'mel': torch.randn(1, 80, 3000)}, {'mel': {0: 'n', 2: 'frames'}}, 17


def whisper_decoder(_):
    axes = {'ids': {1: 'words'}, 'heard': {1: 'heard'}, 'past': {4: 'past'}}
    return (Decoder(), {'ids': torch.randint(0, WORDS, (1, 4)),
                        'heard': torch.randn(1, 1500, D),
                        'past': torch.randn(LAYERS, 2, 1, HEADS, 7, D // HEADS)}, axes, 14)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(20, 24, 2, batch_first=True, bidirectional=True)
        self.gru, self.last = nn.GRU(48, 16, batch_first=True), nn.Linear(16, 5)

    def forward(self, x):
        return F.log_softmax(self.last(self.gru(self.lstm(x)[0])[0]), -1)


def recurrent(_):
    return Recurrent(), {'x': torch.randn(2, 30, 20)}, {'x': {1: 'steps'}}, 14


MAKERS = {
    'mobilenet': picture(mobilenet, (224, 224)),
    'resnet18': picture(resnet18, (224, 224)),
    'unet': picture(UNet, (128, 160)),
    'minilm': minilm,
    'recurrent': recurrent,
    'whisper_encoder': whisper_encoder,
    'whisper_decoder': whisper_decoder,
}
