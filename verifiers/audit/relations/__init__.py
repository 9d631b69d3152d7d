"""What is demanded of a grader: relations, each a set of kinds of cases, a file a concept."""

from verifiers.audit.relations.algebra import ALGEBRA
from verifiers.audit.relations.code import CHEATS, ENDLESS_PROGRAMS, HONEST, PROGRAMS, SUBMISSION, WRONG_PROGRAMS
from verifiers.audit.relations.contract import CONTRACT, HASH_SEED
from verifiers.audit.relations.form import FORMAT
from verifiers.audit.relations.judge import ANSWERS, INJECTED, MASTER
from verifiers.audit.relations.relation import Kinds, Relation, kinds_of, relation
from verifiers.audit.relations.robustness import BOUNDED_TIME, THREADS, TOTALITY
from verifiers.audit.relations.text import TEXT
from verifiers.audit.relations.truth import ATTACKS, EQUIVALENCE, GOLD, INEQUIVALENCE, LAYOUT

RELATIONS: tuple[Relation, ...] = (
    CONTRACT,
    GOLD,
    EQUIVALENCE,
    INEQUIVALENCE,
    ATTACKS,
    LAYOUT,
    FORMAT,
    PROGRAMS,
    WRONG_PROGRAMS,
    CHEATS,
    HONEST,
    SUBMISSION,
    ANSWERS,
    INJECTED,
    MASTER,
    TEXT,
    THREADS,
    ALGEBRA,
    HASH_SEED,
    TOTALITY,
    BOUNDED_TIME,
    ENDLESS_PROGRAMS,
)
"""In the order in which they run: what costs most and tells least comes last."""

__all__ = ["RELATIONS", "Kinds", "Relation", "kinds_of", "relation"]
