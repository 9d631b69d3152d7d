"""A judge's server on loopback that does whatever a test tells it to, and counts what it was asked."""

import json
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from verifiers.judge import Request


class FakeServer:
    """An OpenAI-compatible server. `plan(completion, attempt)` says what to do with a request:

    a string                          answer with it
    {"text": ..., ...}                answer with it; other keys replace fields of the body
    (status, headers, text)           answer with that
    "drip" "cut" "hang" "garbage" ... as functions of the handler: `lambda handler: ...`
    """

    def __init__(self):
        self.plan = lambda completion, attempt: "VERDICT: CORRECT"
        self.asked, self.bodies, self.headers = Counter(), [], []
        self.in_flight, self.most_in_flight = 0, 0
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.serve(self)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

            def handle_error(self, *_):
                pass  # clients that hang up are part of the tests

        self.httpd = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.httpd.server_port}/v1"
        threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def serve(self, handler):
        body = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        completion = completion_in(body["messages"])
        with self.lock:
            self.asked[completion] += 1
            attempt = self.asked[completion]
            self.bodies.append(body)
            self.headers.append(dict(handler.headers))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            action = self.plan(completion, attempt)
            if callable(action):
                action(handler)
            elif isinstance(action, tuple):
                send(handler, *action)
            else:
                answer(handler, body, action)
        finally:
            with self.lock:
                self.in_flight -= 1

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()


def completion_in(messages):
    text = "\n".join(message["content"] for message in messages)
    found = re.search(r"<completion-(\w+)>\n(.*?)\n</completion-\1>", text, re.DOTALL)
    return found.group(2) if found else text


def answer(handler, body, action):
    fields = dict(action) if isinstance(action, dict) else {"text": action}
    message = {"role": "assistant", "content": fields.pop("text", None), **fields.pop("message", {})}
    choice = {"index": 0, "finish_reason": fields.pop("finish", "stop"), "message": message, **fields.pop("choice", {})}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    reply = {"id": "x", "model": body["model"], "choices": [choice], "usage": usage, **fields}
    send(handler, 200, {}, json.dumps({k: v for k, v in reply.items() if v is not None}))


def send(handler, status, headers, text):
    data = text.encode()
    handler.send_response_only(status)
    for name, value in {"content-length": str(len(data)), "content-type": "application/json", **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def drip(seconds, pause=0.05):
    """A body that arrives a byte at a time, for longer than anybody waits."""

    def act(handler):
        handler.send_response(200)
        handler.send_header("content-length", "100000")
        handler.end_headers()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(pause)
        handler.close_connection = True

    return act


def cut(handler):
    """Half of a body, then the connection closes."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"message": {"content": "VERDICT: CORR')
    handler.close_connection = True


def save_tiny_judge(path):
    """A language model written by hand that is a judge: CORRECT where "Canberra" stands twice in its prompt, in the
    reference and in the completion, else INCORRECT; then the end of its turn.

    One layer of uniform attention adds the mean over the context to each token's one-hot vector, so the head can count:
    "Canberra" speaks for CORRECT once each, the one "<reference-" for INCORRECT one and a half times.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    symbols = ["<pad>", "<s>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    core = Tokenizer(models.BPE(vocab={symbol: i for i, symbol in enumerate(symbols)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", bos_token="<s>", eos_token="</s>")
    words = ["CORRECT", "INCORRECT", "Canberra", "<reference-"]
    tokenizer.add_tokens(words)
    tokenizer.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: "
    right, wrong, canberra, reference = tokenizer.convert_tokens_to_ids(words)
    size = 2 * (len(tokenizer) // 2 + 1)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=size,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        max_position_embeddings=16384,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    model = LlamaForCausalLM(config)
    layer = model.model.layers[0]
    with torch.no_grad():
        for weight in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.mlp.down_proj, model.lm_head):
            weight.weight.zero_()
        for weight in (layer.self_attn.v_proj, layer.self_attn.o_proj, model.model.embed_tokens):
            weight.weight.copy_(torch.eye(size))
        head = model.lm_head.weight
        head[right, canberra], head[wrong, reference] = 400.0, 600.0
        head[2, right] = head[2, wrong] = 150.0
    model.save_pretrained(path)
    tokenizer.save_pretrained(path)


@pytest.fixture(scope="session")
def tiny_judge(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiny") / "judge"
    save_tiny_judge(path)
    return path


@pytest.fixture
def server():
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def acts():
    """Things that a server can do to a client."""
    return {"drip": drip, "cut": cut}


@pytest.fixture
def blocks():
    """Reads a block of data out of a request, as a scripted judge does."""

    def block(request: Request, name: str) -> str:
        return request.text.rsplit(f"<{name}-{request.nonce}>\n", 1)[1].split(f"\n</{name}-{request.nonce}>")[0]

    return block
