"""A judge in this process: a transformers model and its tokenizer. Also gives log-probabilities of whole verdicts."""

from __future__ import annotations

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from verifiers.judge.exchange import Reply, Request


class LocalModel:
    """A causal language model with a chat template, asked one request at a time in a thread of its own.

        model = AutoModelForCausalLM.from_pretrained(path)
        judge = PointwiseJudge(Client(LocalModel(model, AutoTokenizer.from_pretrained(path), name=path)))

    Args:
        name: identifies the weights in the cache; by default the path they were loaded from. Give one for a model whose
            weights change while it is used.
        template: further arguments of the chat template, e.g. `enable_thinking=False`.

    Sampling above temperature 0 draws from torch's global generator. A call that passed its deadline still runs to its end.
    """

    concurrency = 1

    def __init__(self, model: Any, tokenizer: Any, *, name: str = "", **template: Any):
        self.model, self.tokenizer, self.template = model, tokenizer, template
        # The template's settings change replies, so they belong to the name under which replies are cached.
        self.judge = f"local {name or model.config.name_or_path}" + (f" {template}" if template else "")
        # Added tokens that look like words are vocabulary; the others (<tool_call>, ...) are markup, special or not.
        special = {*tokenizer.all_special_tokens, *(t for t in tokenizer.get_added_vocab() if not t.strip().isalnum())}
        self.special_tokens = tuple(sorted(special, key=len, reverse=True))
        self._thread: ThreadPoolExecutor | None = None

    async def send(self, request: Request, index: int) -> Reply:
        self._thread = self._thread or ThreadPoolExecutor(1, "local-judge")
        work = self._options if request.options else self._text
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, request)

    def _text(self, request: Request) -> Reply:
        prompt = self._prompt(request)
        sampling = (
            {"do_sample": True, "temperature": request.temperature} if request.temperature else {"do_sample": False}
        )
        out = self._generate(prompt, max_new_tokens=request.max_tokens, **sampling)
        new = out.sequences[0, prompt.shape[1] :].tolist()
        ends = self.model.generation_config.eos_token_id
        ended = bool(new) and new[-1] in (ends if isinstance(ends, list) else [ends])
        return Reply(
            text=self.tokenizer.decode(new, skip_special_tokens=True),
            finish="stop" if ended else "length",
            model=self.judge,
            ignored=("response_format",) if request.response_format is not None else (),
            prompt_tokens=prompt.shape[1],
            completion_tokens=len(new),
        )

    def _options(self, request: Request) -> Reply:
        prompt = self._prompt(request)
        # The same option with and without a space before it is the same answer.
        spelt = {o: {tuple(self._ids(o)), tuple(self._ids(" " + o))} for o in request.options}
        logps = {o: [self._logp(prompt, ids) for ids in sorted(spellings)] for o, spellings in spelt.items()}
        return Reply(
            finish="length",
            model=self.judge,
            options={o: math.log(total) for o, some in logps.items() if (total := sum(map(math.exp, some))) > 0},
            prompt_tokens=prompt.shape[1],
            completion_tokens=1,
        )

    def _logp(self, prompt: Any, ids: tuple[int, ...]) -> float:
        """log P(ids | prompt), a token at a time: `generate` works without gradients, and verifiers import no torch."""
        total, context = 0.0, prompt
        for token in ids:
            out = self._generate(context, max_new_tokens=1, do_sample=False, output_logits=True)
            total += out.logits[0][0].float().log_softmax(-1)[token].item()
            context = _appended(context, token)
        return total

    def _generate(self, context: Any, **settings: Any) -> Any:
        was_training = self.model.training
        self.model.eval()
        try:
            pad = self.tokenizer.pad_token_id
            pad = self.tokenizer.eos_token_id if pad is None else pad
            mask = context.new_ones(context.shape)
            return self.model.generate(
                input_ids=context, attention_mask=mask, return_dict_in_generate=True, pad_token_id=pad, **settings
            )
        finally:
            self.model.train(was_training)

    def _prompt(self, request: Request) -> Any:
        import jinja2

        def tokens(messages: list[Any]) -> Any:
            encoded = self.tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_tensors="pt", return_dict=True, **self.template
            )
            return encoded["input_ids"].to(self.model.device)

        try:
            return tokens(list(request.messages))
        except jinja2.TemplateError:  # a template that knows no system role
            text = "\n\n".join(message["content"] for message in request.messages)
            return tokens([{"role": "user", "content": text}])

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_thread": None}

    def __repr__(self) -> str:
        return f"LocalModel({self.judge!r})"


def _appended(context: Any, token: int) -> Any:
    longer = context.new_full((1, context.shape[1] + 1), token)
    longer[:, :-1] = context
    return longer
