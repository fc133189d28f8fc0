"""How far two raters of yes and no agree beyond chance, from counts that add up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two raters who judged the same cases, yes or no.

    Attributes:
        kappa: Cohen's; None where both said the same of every case, so that chance explains it all.
        alpha: Krippendorff's for two raters and names; None where only one answer occurs.
    """

    kappa: float | None
    alpha: float | None


def agreement_of(cases: float, agreed: float, first_yes: float, second_yes: float) -> Agreement:
    """Return kappa and alpha of a table of two by two, given by its sums.

    Sources: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960), 37-46: kappa = (po - pe) / (1 - pe). K. Krippendorff, "Content Analysis",
    2nd ed. (2004), chapter 11: alpha = 1 - Do / De, De over all pairs of the 2 n answers without
    those of an answer with itself.

    Args:
        cases: judged by both, above zero.
        agreed: of them, how many got the same answer twice.
        first_yes: of them, how many the first rater said yes to.
        second_yes: the same of the second rater.

    Raises:
        ValueError: the sums belong to no table.
    """
    if not cases > 0 or not all(0 <= part <= cases for part in (agreed, first_yes, second_yes)):
        found = (cases, agreed, first_yes, second_yes)
        message = f"expected 0 < cases and every other sum within 0 and cases; found {found}"
        raise ValueError(message)
    one, two = first_yes / cases, second_yes / cases
    by_chance = one * two + (1 - one) * (1 - two)
    yes, answers = first_yes + second_yes, 2 * cases
    expected = 2 * yes * (answers - yes) / (answers * (answers - 1))
    return Agreement(
        kappa=(agreed / cases - by_chance) / (1 - by_chance) if by_chance < 1 else None,
        alpha=1 - (1 - agreed / cases) / expected if expected > 0 else None,
    )
