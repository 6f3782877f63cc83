"""Who may include whom: arrows point one way, and Asio stays where sockets are owned."""

import re

LAYERS = {"wire": 0, "storage": 1, "auth": 1, "server": 2}
ASIO_FOLDERS = {"server/runtime", "server/net"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
ASIO = re.compile(r"boost/(asio|beast)\b")


def folder_of(path, graph):
    """The declared folder a file belongs to: the longest one that its path begins with."""
    parts = str(path).split("/")[:-1]
    for end in range(len(parts), 0, -1):
        if "/".join(parts[:end]) in graph:
            return "/".join(parts[:end])
    return None


def check_graph(graph):
    for folder, allowed in graph.items():
        for target in sorted(allowed):
            if target not in graph:
                yield f"CMakeLists.txt: {folder} depends on {target}, which is not declared"
                continue
            here, there = folder.split("/")[0], target.split("/")[0]
            if here != there and LAYERS.get(here, 9) <= LAYERS.get(there, 9):
                yield f"CMakeLists.txt: {folder} depends on {target}: arrows point wire <- storage, auth <- server"
    yield from cycles(graph)


def cycles(graph):
    done, open_ = set(), []

    def visit(folder):
        if folder in open_:
            return [f"CMakeLists.txt: a circle of folders: {' -> '.join(open_[open_.index(folder):] + [folder])}"]
        if folder in done:
            return []
        open_.append(folder)
        found = [one for target in sorted(graph.get(folder, ())) for one in visit(target)]
        open_.pop()
        done.add(folder)
        return found

    for folder in sorted(graph):
        yield from visit(folder)


def check_file(path, text, graph, root):
    folder = folder_of(path, graph)
    in_layers = str(path).split("/")[0] in LAYERS
    if in_layers and folder is None:
        yield f"{path}: its folder has no line in CMakeLists.txt"
        return
    for quote, target in INCLUDE.findall(text):
        if ASIO.match(target) and in_layers and not (folder in ASIO_FOLDERS and path.suffix == ".cc"):
            yield f"{path}: includes {target}; Asio belongs to the .cc files of {', '.join(sorted(ASIO_FOLDERS))}"
        if quote == "<" or not in_layers:
            continue
        there = folder_of(target, graph)
        if there is None:
            yield f'{path}: includes "{target}", which is not spelled from the root'
        elif there != folder and there not in graph[folder]:
            yield f"{path}: includes {target}, but {folder} does not depend on {there} in CMakeLists.txt"


def check(tree, graph):
    yield from check_graph(graph)
    for path, text in tree.of_kind(".h", ".cc"):
        yield from check_file(path, text, graph, tree.root)
