"""Chains for models of any shape, in one or many copies, kept for the next time."""

import json

import pytest

from scorerbm.annealing import biclique, embedding_store
from scorerbm.annealing import embed as finding
from scorerbm.annealing.biclique import Bicliques
from scorerbm.annealing.device import Device
from scorerbm.annealing.embed import embed
from scorerbm.annealing.embedding import Embedding
from scorerbm.annealing.embedding_store import cache_folder, read_embedding, write_embedding
from scorerbm.annealing.layout import lay_out
from scorerbm.annealing.simulated import SimulatedQPU
from scorerbm.annealing.tiles import find_copies, find_in_square

QPU = SimulatedQPU(size=4)
DEFECTS = SimulatedQPU(size=4, n_missing_qubits=12, n_missing_couplers=40, seed=1)
PEGASUS = SimulatedQPU(topology="pegasus", size=6)


@pytest.fixture(scope="module", params=["zephyr", "defects", "pegasus"])
def device(request):
    return Device({"zephyr": QPU, "defects": DEFECTS, "pegasus": PEGASUS}[request.param])


@pytest.fixture(scope="module")
def bicliques(device):
    return Bicliques(device.graph)


def verified(device, n, m, chains):
    """By Ocean's own check."""
    from dwave.embedding import verify_embedding

    source = [(i, n + j) for i in range(n) for j in range(m)]
    return verify_embedding(dict(enumerate(chains)), source, device.sampler.edgelist)


# -- one copy -------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (40, 8), (8, 40), (44, 3), (25, 30)])
def test_every_shape_has_chains_in_both_orientations(device, bicliques, shape):
    chains = bicliques.find(*shape)
    assert len(chains) == sum(shape)
    lay_out(device, Embedding.of_chains(*shape, [chains]))
    assert verified(device, *shape, chains)


@pytest.mark.parametrize("shape", [(40, 8), (25, 30), (12, 36)])
def test_chains_are_no_longer_than_those_of_the_public_call(bicliques, shape):
    found = bicliques.find(*shape)
    public = bicliques._cache.find_biclique_embedding(*shape).values()

    def cost(chains):
        return max(map(len, chains)), sum(map(len, chains))

    assert cost(found) <= cost(public)


def test_lopsided_shapes_take_fewer_qubits_than_by_the_public_call():
    """Which looks among embeddings both of whose sides are as long as the longer."""
    from minorminer.busclique import busgraph_cache

    graph = QPU.to_networkx_graph()
    found = Bicliques(graph).find(40, 8)
    public = busgraph_cache(graph).find_biclique_embedding(40, 8)
    assert sum(map(len, found)) < 0.7 * sum(map(len, public.values()))


def test_the_public_call_serves_where_the_cache_is_another(monkeypatch, device):
    monkeypatch.setattr(Bicliques, "_all", lambda *_: None)
    public = Bicliques(device.graph)
    chains = public.find(9, 7)
    assert verified(device, 9, 7, chains)
    assert public.find(500, 500) is None
    assert public.largest(500, 500) is None
    assert 20 < public.balanced() < 100


def test_a_cache_without_its_parts_is_noticed(monkeypatch):
    busclique = biclique.ocean("minorminer.busclique")

    class Other(busclique.busgraph_cache):
        def _ensure_biclique_cache(self):
            raise AttributeError

    monkeypatch.setattr(busclique, "busgraph_cache", Other)
    assert Bicliques(QPU.to_networkx_graph())._raw is None


def test_what_does_not_fit_is_told_with_what_would():
    with pytest.raises(ValueError, match="do not fit") as caught:
        embed(Device(QPU), 200, 100)
    message = str(caught.value)
    assert message.startswith("model: got 200 visible and 100 hidden units")
    assert "(576 qubits, " in message
    k = Bicliques(QPU.to_networkx_graph()).balanced()
    assert f"layers of one size is {k}×{k}" in message
    embed(Device(QPU), k, k)
    with pytest.raises(ValueError, match=f"is {k}×{k}"):
        embed(Device(QPU), k + 1, k + 1)


def test_the_nearest_size_fits():
    device = Device(QPU)
    nearest = Bicliques(device.graph).largest(200, 20)
    assert nearest[0] > nearest[1]
    embed(device, *nearest)


def test_a_graph_of_no_family_is_searched():
    import dimod
    import networkx

    grid = networkx.grid_2d_graph(5, 5)
    grid = dimod.StructureComposite(Coins(), list(grid.nodes), list(grid.edges))
    device = Device(grid)
    layout = embed(device, 2, 3)
    assert layout.longest_chain > 1
    with pytest.raises(ValueError, match="minorminer found no embedding"):
        embed(device, 9, 9)


def test_a_graph_that_is_the_models_own_needs_no_search(monkeypatch):
    import dimod

    monkeypatch.setattr(finding, "ocean", None)
    edges = [(i, 2 + j) for i in range(2) for j in range(3)]
    layout = embed(Device(dimod.StructureComposite(Coins(), range(5), edges)), 2, 3)
    assert layout.labels == (0, 1, 2, 3, 4)


def Coins():  # noqa: N802
    import dimod

    return dimod.RandomSampler()


@pytest.mark.parametrize("shape", [(8, 8), (20, 12)])
def test_small_squares_hold_chains_as_short_as_those_of_the_whole_graph(device, bicliques, shape):
    quickly = find_in_square(device.graph, *shape)
    whole = bicliques.find(*shape)
    assert verified(device, *shape, quickly)
    assert max(map(len, quickly)) <= max(map(len, whole))


def test_what_needs_more_than_a_small_square_is_looked_for_in_the_whole_graph():
    device = Device(SimulatedQPU(size=5))
    shape = 70, 70
    assert find_in_square(device.graph, *shape) is None
    assert embed(device, *shape).n_copies == 1


# -- copies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(8, 8), (12, 6), (16, 16)])
def test_copies_are_disjoint_and_whole(device, shape):
    copies = find_copies(device.graph, *shape)
    assert len(copies) >= 2
    layout = lay_out(device, Embedding.of_chains(*shape, copies))
    assert layout.n_copies == len(copies)
    lengths = [max(map(len, chains)) for chains in copies]
    assert lengths == sorted(lengths)


def test_copies_fill_most_of_the_graph():
    copies = find_copies(QPU.to_networkx_graph(), 8, 8)
    used = sum(len(chain) for chains in copies for chain in chains)
    assert used > 0.6 * len(QPU.nodelist)
    assert all(len(chain) == 1 for chains in copies for chain in chains)


def test_a_model_too_large_for_two_has_one_copy():
    device = Device(QPU)
    k = Bicliques(device.graph).balanced()
    assert embed(device, k, k, n_copies=None).n_copies == 1
    with pytest.raises(ValueError, match=f"copies: got 2, expected at most 1 of {k} visible"):
        embed(device, k, k, n_copies=2)


def test_a_number_of_copies_is_kept_to():
    device = Device(QPU)
    assert embed(device, 8, 8, n_copies=3).n_copies == 3
    most = embed(device, 8, 8, n_copies=None).n_copies
    assert most > 3
    with pytest.raises(ValueError, match=f"expected at most {most}"):
        embed(device, 8, 8, n_copies=most + 1)


def test_a_sampler_without_a_graph_takes_no_copies():
    device = Device(Coins())
    assert embed(device, 3, 2, n_copies=None).n_copies == 1
    with pytest.raises(ValueError, match="copies: got 2, expected at most 1"):
        embed(device, 3, 2, n_copies=2)


# -- given ----------------------------------------------------------------------------------


def test_a_given_embedding_is_used_as_it_is(tmp_path):
    device = Device(QPU)
    chains = Bicliques(device.graph).find(20, 20)
    chains = chains[:4] + chains[20:23]
    mapping = dict(enumerate(chains))
    layout = embed(device, 4, 3, given=mapping)
    assert layout.labels == tuple(q for chain in chains for q in chain)
    path = tmp_path / "chains.json"
    write_embedding(path, Embedding.of_mapping(4, 3, mapping))
    assert embed(device, 4, 3, given=path).labels == layout.labels
    assert embed(device, 4, 3, given=str(path)).labels == layout.labels
    with pytest.raises(ValueError, match="got one of 4 visible and 3 hidden units, expected 3 and"):
        embed(device, 3, 4, given=path)
    with pytest.raises(ValueError, match="of 7 units in which 7 is missing or too many"):
        embed(device, 4, 4, given=mapping)
    with pytest.raises(FileNotFoundError):
        embed(device, 4, 3, given=tmp_path / "none.json")


@pytest.mark.parametrize("chain", [5, "ab"])
def test_chains_are_sequences_of_qubits(chain):
    with pytest.raises(TypeError, match=f"embedding: got {chain!r} for unit 1, expected a seq"):
        embed(Device(QPU), 1, 1, given={0: (3,), 1: chain})


def test_a_sampler_without_a_graph_has_one_variable_for_each_unit():
    device = Device(Coins())
    assert embed(device, 1, 1, given={0: ("a",), 1: ("b",)}).labels == ("a", "b")
    with pytest.raises(ValueError, match="embedding: got 5 variables, expected one for each of 3"):
        embed(device, 2, 1, given={0: ("a", "b"), 1: ("c",), 2: ("d", "e")})
    with pytest.raises(ValueError, match="got qubit 'a' twice, expected disjoint chains"):
        embed(device, 2, 1, given={0: ("a",), 1: ("a",), 2: ("d",)})


# -- kept -----------------------------------------------------------------------------------


def kept_files():
    return sorted(cache_folder().rglob("*.json"))


@pytest.fixture
def searches(monkeypatch):
    """How many times an embedding was looked for."""
    found = []
    original = finding._find

    def counting(*arguments):
        found.append(arguments[1:])
        return original(*arguments)

    monkeypatch.setattr(finding, "_find", counting)
    return found


def test_an_embedding_is_found_once_for_each_graph_and_size(searches):
    first = embed(Device(QPU), 6, 5)
    assert embed(Device(QPU), 6, 5).labels == first.labels
    assert searches == [(6, 5)]
    embed(Device(QPU), 5, 6)
    embed(Device(DEFECTS), 6, 5)
    assert searches == [(6, 5), (5, 6), (6, 5)]
    assert len(kept_files()) == 3


def test_one_copy_is_not_taken_from_many(searches):
    many = embed(Device(QPU), 6, 5, n_copies=None)
    assert searches == []
    embed(Device(QPU), 6, 5)
    assert searches == [(6, 5)]
    assert embed(Device(QPU), 6, 5, n_copies=2).labels == many.labels[:22]
    assert len(kept_files()) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no embedding of scorerbm; it is found anew"),
        ("{}", "is no embedding of scorerbm; it is found anew"),
        ("[1]", "is no embedding of scorerbm; it is found anew"),
        ('{"format": "scorerbm-embedding", "n_visible": 1, "n_hidden": 1, "copies": [[[1]]]}',
         r"has not 1 \+ 1 chains a copy; it is found anew"),
        ('{"format": "scorerbm-embedding", "n_visible": 1, "n_hidden": 1, "copies": [[[1], [2]]]}',
         "of another size"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_found_anew(searches, content, message):
    embed(Device(QPU), 6, 5)
    (path,) = kept_files()
    path.write_text(content)
    with pytest.warns(UserWarning, match=message):
        embed(Device(QPU), 6, 5)
    assert len(searches) == 2
    embed(Device(QPU), 6, 5)  # the file is whole again
    assert len(searches) == 2


def test_an_embedding_of_another_graph_is_found_anew(searches):
    embed(Device(QPU), 6, 5)
    (path,) = kept_files()
    content = json.loads(path.read_text())
    content["copies"][0][0] = content["copies"][0][1]
    path.write_text(json.dumps(content))
    with pytest.warns(UserWarning, match="twice, expected disjoint chains"):
        embed(Device(QPU), 6, 5)
    assert len(searches) == 2


def test_a_folder_that_cannot_be_written_does_no_harm(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCORERBM_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="the embedding is not kept"):
        assert embed(Device(QPU), 2, 2).n_qubits == 4


def test_the_folder_is_that_of_the_system(monkeypatch, tmp_path):
    monkeypatch.delenv("SCORERBM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    for platform in ("linux", "win32"):
        monkeypatch.setattr(embedding_store.sys, "platform", platform)
        assert cache_folder() == tmp_path / "scorerbm"
    monkeypatch.setattr(embedding_store.sys, "platform", "darwin")
    assert cache_folder().parts[-3:] == ("Library", "Caches", "scorerbm")


def test_labels_that_are_tuples_come_back_as_tuples(tmp_path):
    embedding = Embedding.of_chains(1, 1, [[[(0, 1), (0, 2)], [(1, 1)]]])
    write_embedding(tmp_path / "e.json", embedding)
    assert read_embedding(tmp_path / "e.json") == embedding


def test_a_search_shows_that_it_goes_on(searches):
    shown = []

    class Bar:
        def __init__(self, total, text):
            shown.append(text)

        def __enter__(self):
            return lambda n=1, **_: shown.append(n)

        def __exit__(self, *_):
            pass

    embed(Device(QPU), 6, 5, progress=Bar)
    assert shown == ["finding an embedding", 1]
    embed(Device(QPU), 6, 5, progress=Bar)
    assert len(shown) == 2
