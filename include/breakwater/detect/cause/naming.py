"""The plainest name of a slice: nested dimensions name the same leaves in several ways."""

from collections.abc import Mapping

import numpy as np

from breakwater.detect.cause.lattice import Cuboid
from breakwater.detect.cause.leaves import Leaves
from breakwater.detect.panel import Flags


def plainest(leaves: Leaves, cuboids: tuple[Cuboid, ...], members: Flags) -> Mapping[str, str]:
    """Name leaves by the fewest attributes, of as many by the earlier ones.

    A site of one vendor is that site, and a vendor with one site is that vendor.

    Args:
        leaves: all of them.
        cuboids: their lattice.
        members: leaves that some slice of it has exactly.
    """
    example = int(np.flatnonzero(members)[0])
    size = int(members.sum())
    fitting = [
        cuboid.attributes
        for cuboid in cuboids
        if np.count_nonzero(cuboid.of_leaf == cuboid.of_leaf[example]) == size
        and bool(np.all(cuboid.of_leaf[members] == cuboid.of_leaf[example]))
    ]
    attributes = min(fitting, key=lambda places: (len(places), places))
    return {
        leaves.attributes[place]: leaves.names[place][leaves.codes[example, place]]
        for place in attributes
    }
