"""Makes the models that parity.py compares with ONNX Runtime.

    python3 tests/engine/models.py FOLDER [NAME ...]

Each becomes FOLDER/NAME/model.onnx with inputs FOLDER/NAME/INPUT.npy. What needs a
package that is not installed is left out with a word: networks are built and
exported with PyTorch (Debian's python3-torch is enough), tree ensembles with
scikit-learn and skl2onnx, LightGBM or XGBoost and onnxmltools. Weights are random
but seeded. Files that exist already can be taken along:

    --copy NAME=FILE.onnx INPUT=DTYPE:DIM,DIM,...[:LEAST:MOST] ...
"""
import argparse
import os
import shutil
import sys

import numpy as np


class Folder:
    def __init__(self, path, names):
        self.path, self.names = path, names

    def wants(self, name):
        return not self.names or any(name.startswith(n) for n in self.names)

    def place(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(path, exist_ok=True)
        return path

    def inputs(self, name, arrays):
        for key, value in arrays.items():
            np.save(os.path.join(self.place(name), key + '.npy'), np.asarray(value, order='C'))

    def put(self, name, model, arrays):
        with open(os.path.join(self.place(name), 'model.onnx'), 'wb') as f:
            f.write(model.SerializeToString())
        self.inputs(name, arrays)
        print(name)


# -- Tree ensembles and what stands around them --

def trees(folder):
    try:
        import sklearn.ensemble as e
        import sklearn.linear_model as lm
        import sklearn.neighbors
        import sklearn.pipeline as p
        import sklearn.preprocessing as pre
        import sklearn.svm as svm
        from skl2onnx import to_onnx
    except ImportError as error:
        print('no scikit-learn models:', error)
        return
    rng = np.random.default_rng(7)
    x = rng.normal(size=(600, 12)).astype(np.float32)
    y = x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + (x[:, 3] > 0)
    two = (y > 0.5).astype(int)
    three = np.digitize(y, [-0.2, 0.9])
    probe = rng.normal(size=(257, 12)).astype(np.float32)
    makers = {
        'forest_regressor': (e.RandomForestRegressor(60, random_state=1), y),
        'forest_two': (e.RandomForestClassifier(60, random_state=1), two),
        'forest_three': (e.RandomForestClassifier(60, max_depth=9, random_state=1), three),
        'extra_trees': (e.ExtraTreesRegressor(30, random_state=1), y),
        'boosting_regressor': (e.GradientBoostingRegressor(random_state=1), y),
        'boosting_two': (e.GradientBoostingClassifier(random_state=1), two),
        'boosting_three': (e.GradientBoostingClassifier(random_state=1), three),
        'histogram_regressor': (e.HistGradientBoostingRegressor(random_state=1), y),
        'histogram_two': (e.HistGradientBoostingClassifier(random_state=1), two),
        'isolation_forest': (e.IsolationForest(n_estimators=20, random_state=1), None),
        'logistic_two': (lm.LogisticRegression(), two),
        'logistic_three': (p.make_pipeline(pre.StandardScaler(), lm.LogisticRegression()), three),
        'ridge': (p.make_pipeline(pre.Normalizer(), lm.Ridge()), y),
        'svc_three': (svm.SVC(probability=True, random_state=1), three),
        'svc_two': (svm.SVC(kernel='poly', degree=2), two),
        'svr': (svm.SVR(), y),
        'neighbours': (sklearn.neighbors.KNeighborsRegressor(5), y),
    }
    for name, (model, target) in makers.items():
        if not folder.wants(name):
            continue
        model.fit(x, target)
        options = {id(model): {'zipmap': False}} if hasattr(model, 'predict_proba') else None
        try:
            folder.put(name, to_onnx(model, probe[:1], options=options,
                                     target_opset={'': 17, 'ai.onnx.ml': 3}), {'X': probe})
        except Exception as error:  # a converter's limits are not ours
            print(name, 'is not converted:', str(error)[:100])
    boosters(folder, x, y, two, three, probe)


def boosters(folder, x, y, two, three, probe):
    try:
        from onnxmltools.convert import convert_lightgbm, convert_xgboost
        from onnxmltools.convert.common.data_types import FloatTensorType
    except ImportError as error:
        print('no boosters:', error)
        return
    kind = [('X', FloatTensorType([None, x.shape[1]]))]
    holes = probe.copy()
    holes[::3, 1] = np.nan
    try:
        import lightgbm
        for name, model, target in (
                ('lightgbm_regressor', lightgbm.LGBMRegressor(n_estimators=80, verbose=-1), y),
                ('lightgbm_two', lightgbm.LGBMClassifier(n_estimators=80, verbose=-1), two),
                ('lightgbm_three', lightgbm.LGBMClassifier(n_estimators=40, verbose=-1), three)):
            if folder.wants(name):
                model.fit(x, target)
                folder.put(name, convert_lightgbm(model, 'm', kind, target_opset=15, zipmap=False),
                           {'X': holes})
    except ImportError as error:
        print('no LightGBM:', error)
    try:
        import xgboost
        for name, model, target in (
                ('xgboost_regressor', xgboost.XGBRegressor(n_estimators=80), y),
                ('xgboost_two', xgboost.XGBClassifier(n_estimators=80), two),
                ('xgboost_three', xgboost.XGBClassifier(n_estimators=40), three)):
            if folder.wants(name):
                model.fit(x, target)
                folder.put(name, convert_xgboost(model, 'm', kind, target_opset=15), {'X': holes})
    except ImportError as error:
        print('no XGBoost:', error)


# -- Networks --

def networks(folder, minilm):
    try:
        import torch
    except ImportError as error:
        print('no networks:', error)
        return
    import networks as n
    torch.manual_seed(3)
    for name, make in n.MAKERS.items():
        if not folder.wants(name):
            continue
        model, inputs, axes, opset = make(minilm)
        if model is None:
            print(name, 'needs its weights')
            continue
        with torch.no_grad():
            torch.onnx.export(model.eval(), tuple(inputs.values()),
                              os.path.join(folder.place(name), 'model.onnx'),
                              input_names=list(inputs), dynamic_axes=axes, opset_version=opset)
        folder.inputs(name, {k: v.numpy() for k, v in inputs.items()})
        print(name)


# -- What ONNX Runtime's own tools make of a model --

def quantised(folder):
    source = os.path.join(folder.path, 'minilm', 'model.onnx')
    if not os.path.exists(source):
        return
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        print('no quantised models:', error)
        return
    for name, kind in (('minilm_u8', QuantType.QUInt8), ('minilm_i8', QuantType.QInt8)):
        if folder.wants(name):
            quantize_dynamic(source, os.path.join(folder.place(name), 'model.onnx'),
                             weight_type=kind)
            copy_inputs(folder, 'minilm', name)
    if folder.wants('minilm_fused'):
        fuse(source, os.path.join(folder.place('minilm_fused'), 'model.onnx'))
        copy_inputs(folder, 'minilm', 'minilm_fused')


def fuse(source, target):
    """All of ONNX Runtime's rewriting, kept: its own operators are in the file."""
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = target
    ort.InferenceSession(source, options, providers=['CPUExecutionProvider'])


def copy_inputs(folder, source, name):
    for file in os.listdir(os.path.join(folder.path, source)):
        if file.endswith('.npy'):
            shutil.copy(os.path.join(folder.path, source, file), folder.place(name))
    print(name)


def copied(folder, spec, inputs):
    name, file = spec.split('=', 1)
    rng = np.random.default_rng(5)
    arrays = {}
    for text in inputs:
        key, rest = text.split('=', 1)
        parts = rest.split(':')
        shape = [int(d) for d in parts[1].split(',') if d]
        kind = np.dtype(parts[0])
        low, high = (float(parts[2]), float(parts[3])) if len(parts) > 3 else (0, 1)
        arrays[key] = rng.uniform(low, high, shape).astype(kind)
    shutil.copy(file, os.path.join(folder.place(name), 'model.onnx'))
    folder.inputs(name, arrays)
    print(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder')
    parser.add_argument('names', nargs='*')
    parser.add_argument('--minilm', help="all-MiniLM-L6-v2's model.safetensors, or an archive of it")
    parser.add_argument('--copy', nargs='+', action='append', default=[])
    args = parser.parse_args()
    folder = Folder(args.folder, args.names)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    for spec, *inputs in args.copy:
        copied(folder, spec, inputs)
    if args.copy and not args.names:
        return
    trees(folder)
    networks(folder, args.minilm)
    quantised(folder)


if __name__ == '__main__':
    main()
