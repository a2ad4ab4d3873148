"""Programs that change what is global in a process, by what they change."""

MEDDLING = {
    "threads": ("import torch\ntorch.set_num_threads(8)\nx = torch.ones(600, 600)\nx @ x\n"),
    "default dtype": "import torch\ntorch.set_default_dtype(torch.float64)\n",
    "grad mode": "import torch\ntorch.set_grad_enabled(False)\n",
    "inference mode": "import torch\nmode = torch.inference_mode()\nmode.__enter__()\n",
    "warnings": ("import warnings\nwarnings.simplefilter('error')\nwarnings.resetwarnings()\n"),
    "module hooks": (
        "import torch\nfrom torch.nn.modules.module import register_module_forward_hook\n"
        "register_module_forward_hook(lambda module, x, y: y * 0)\n"
    ),
    "print options": "import torch\ntorch.set_printoptions(precision=1, sci_mode=True)\n",
    "deterministic algorithms": "import torch\ntorch.use_deterministic_algorithms(True)\n",
    "anomaly mode": "import torch\ntorch.autograd.set_detect_anomaly(True)\n",
    "seed": "import torch, random\ntorch.manual_seed(0)\nrandom.seed(0)\n",
    "recursion limit": "import sys\nsys.setrecursionlimit(5000)\n",
    "a thread that stays": (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n"
    ),
    "matmul precision": "import torch\ntorch.set_float32_matmul_precision('medium')\n",
    "patches": (
        "import torch\ntorch.softmax = torch.nn.functional.softmax = lambda x, *a, **k: x * 0\n"
    ),
}
