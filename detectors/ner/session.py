"""Networks at run time: one thread, no telemetry. The only user of onnxruntime."""

import os

# The library would write usage events to the user's cache and send them to its maker; it asks this once, when imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from schemas.errors import ModelUnavailable


def open_session(content: bytes) -> onnxruntime.InferenceSession:
    """Load a network; raises ModelUnavailable where it cannot be."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  # onnxruntime raises classes of its own, all but public.
        raise ModelUnavailable("The tagger's network cannot be loaded.", reason=type(error).__name__) from None
