#!/usr/bin/env python3
"""Tidy itself: each rule is shown a tree that breaks it, and must say so; a good tree must pass."""

import pathlib
import tempfile
import unittest

import tidy

CMAKE = """
muir_library(wire/base)
muir_library(wire/codec DEPENDS wire/base LINK Boost::json)
muir_library(storage/log DEPENDS wire/base
             wire/codec)
muir_library(server/net DEPENDS wire/base)
muir_library(server/handlers DEPENDS wire/base wire/codec)
muir_library(server DEPENDS wire/base)
"""
GOOD = {
    "CMakeLists.txt": CMAKE,
    "wire/base/result.h": "#include <string>\n",
    "wire/codec/reader.h": '#include "wire/base/result.h"\n',
    "storage/log/log.cc": '#include "wire/codec/reader.h"\nint size() { return 1; }\n',
    "server/net/listener.cc": "#include <boost/asio/ip/tcp.hpp>\n",
    "server/handlers/produce.cc": "auto a() { return wire::ErrorCode::NONE; }\n",
    "server/to_wire.cc": "auto to_wire(Errc e) { switch (e) { case Errc::full: return ErrorCode::NONE; } }\n",
}


class Tidy(unittest.TestCase):
    def complaints(self, changes, api_names=()):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**GOOD, **changes}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return list(tidy.complaints(folder, api_names))

    def assert_flags(self, changes, *words, api_names=()):
        found = self.complaints(changes, api_names)
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_passes_a_good_tree(self):
        self.assertEqual(self.complaints({}, ["Produce"]), [])

    def test_flags_an_include_that_the_graph_does_not_allow(self):
        self.assert_flags({"wire/base/a.cc": '#include "wire/codec/reader.h"\n'}, "wire/base/a.cc", "wire/codec")

    def test_flags_an_include_in_a_test(self):
        self.assert_flags({"wire/base/a_test.cc": '#include "storage/log/log.h"\n'}, "wire/base/a_test.cc")

    def test_flags_an_include_not_spelled_from_the_root(self):
        self.assert_flags({"wire/base/a.cc": '#include "result.h"\n'}, "result.h", "root")

    def test_flags_a_folder_without_a_line(self):
        self.assert_flags({"wire/other/a.cc": "int a;\n"}, "wire/other/a.cc", "no line")

    def test_flags_an_upward_arrow_in_the_graph(self):
        self.assert_flags({"CMakeLists.txt": CMAKE + "muir_library(wire/late DEPENDS storage/log)\n"}, "wire/late")

    def test_flags_storage_depending_on_auth(self):
        lines = "muir_library(auth/acl)\nmuir_library(storage/odd DEPENDS auth/acl)\n"
        self.assert_flags({"CMakeLists.txt": CMAKE + lines}, "storage/odd", "auth/acl")

    def test_flags_a_circle_of_folders(self):
        lines = "muir_library(server/a DEPENDS server/b)\nmuir_library(server/b DEPENDS server/a)\n"
        self.assert_flags({"CMakeLists.txt": CMAKE + lines}, "circle")

    def test_flags_a_dependency_that_is_not_declared(self):
        self.assert_flags({"CMakeLists.txt": CMAKE + "muir_library(server/a DEPENDS server/b)\n"}, "not declared")

    def test_flags_asio_in_a_header(self):
        self.assert_flags({"server/net/a.h": "#include <boost/asio.hpp>\n"}, "server/net/a.h", "Asio")

    def test_flags_asio_in_a_handler(self):
        self.assert_flags({"server/handlers/a.cc": "#include <boost/asio/post.hpp>\n"}, "server/handlers/a.cc")

    def test_flags_a_long_file(self):
        for name in ("wire/base/a.h", "compat-tests/a.py", "compat-tests/A.java", "dev.sh"):
            self.assert_flags({name: "\n" * 601}, name, "601")

    def test_flags_a_long_script_without_a_suffix(self):
        self.assert_flags({"dev": "#!/usr/bin/env bash\n" + "\n" * 600}, "dev", "601")

    def test_flags_a_long_function_in_each_language(self):
        body = "x();\n" * 70
        self.assert_flags({"wire/base/a.cc": "void f() {\n" + body + "}\n"}, "a.cc:1", "72")
        self.assert_flags({"wire/base/a_test.cc": "TEST(A, B) {\n" + body + "}\n"}, "a_test.cc:1", "72")
        self.assert_flags({"wire/base/a.h": "struct A {\nint f() {\n" + body + "}\n};\n"}, "a.h:2", "72")
        self.assert_flags({"A.java": "class A {\nvoid f() {\n" + body + "}\n}\n"}, "A.java:2", "72")
        self.assert_flags({"a.py": "def f():\n" + "    x()\n" * 70}, "a.py:1", "71")
        self.assert_flags({"a.sh": "f() {\n" + "  x\n" * 70 + "}\n"}, "a.sh:1", "72")

    def test_accepts_a_function_of_the_longest_length(self):
        self.assertEqual(self.complaints({"wire/base/a.cc": "void f() {\n" + "x();\n" * 68 + "}\n"}), [])

    def test_flags_names_without_an_idea(self):
        for name in ("wire/base/utils.h", "wire/base/string_utils.h", "wire/base/common.h", "a/helpers/b.py",
                     "StringUtils.java"):
            self.assert_flags({name: ""}, name, "idea")

    def test_flags_names_with_two_ideas(self):
        self.assert_flags({"wire/base/fetch_and_produce.h": ""}, "two ideas")
        self.assertEqual(self.complaints({"wire/base/command.h": "", "wire/base/random.h": "", "docs/a-and-b.md": ""}), [])

    def test_flags_a_second_place_that_maps_errors(self):
        line = "auto f(E e) { if (e == Errc::full) return ErrorCode::NONE; }\n"
        self.assert_flags({"server/handlers/a.cc": line}, "server/handlers/a.cc", "to_wire")

    def test_flags_that_nothing_maps_errors(self):
        self.assert_flags({"server/to_wire.cc": ""}, "to_wire")

    def test_flags_an_api_without_a_handler_file(self):
        self.assert_flags({}, "describe_cluster.cc", api_names=["Produce", "DescribeCluster"])


if __name__ == "__main__":
    unittest.main()
