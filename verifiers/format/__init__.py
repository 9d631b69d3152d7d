"""Is the completion written in the form that was asked for? One rule a file; none looks at the answer itself."""

from verifiers.format.boxed import BoxedOnce
from verifiers.format.fence import CodeFence
from verifiers.format.fields import XMLFields
from verifiers.format.json_format import JSONFormat
from verifiers.format.json_schema import JSONSchema
from verifiers.format.pattern import RegexFormat
from verifiers.format.tag_count import TagCount
from verifiers.format.think import ThinkFormat, check

__all__ = [
    "BoxedOnce",
    "CodeFence",
    "JSONFormat",
    "JSONSchema",
    "RegexFormat",
    "TagCount",
    "ThinkFormat",
    "XMLFields",
    "check",
]
