#!/usr/bin/env python3
"""scripts/check_layers.py fails on every kind of violation it promises to find."""
import planted_tree


class Layers(planted_tree.PlantedTree):
    def check(self):
        return self.run_script("check_layers.py", str(self.root))

    def test_a_clean_tree_passes(self):
        self.assert_passes(self.check())

    def test_including_upwards_fails(self):
        self.plant("src/ledger/ledger.h", "")
        self.append("src/base/pool.c", '#include "ledger/ledger.h"\n')
        self.assert_fails(self.check(), "base may not include ledger")

    def test_including_sideways_fails(self):
        self.plant("src/ledger/ledger.h", "")
        self.plant("src/market/book.c", '#include "ledger/ledger.h"\n')
        self.assert_fails(self.check(), "market may not include ledger")

    def test_a_test_may_not_include_upwards_either(self):
        self.plant("src/ledger/ledger.h", "")
        self.append("src/base/pool_test.c", '#include "ledger/ledger.h"\n')
        self.assert_fails(self.check(), "base may not include ledger")

    def test_an_include_that_is_commented_out_does_not_count(self):
        self.plant("src/ledger/ledger.h", "")
        self.append("src/base/pool.c", '/*\n#include "ledger/ledger.h"\n*/\n// #include "ledger/ledger.h"\n')
        self.assert_passes(self.check())

    def test_including_downwards_passes(self):
        self.plant("src/engine/state.c", '#include "base/pool.h"\n#include "tarazy/ids.h"\n')
        self.assert_passes(self.check())

    def test_the_vocabulary_may_include_only_itself(self):
        self.append("include/tarazy/ids.h", '#include "base/pool.h"\n')
        self.assert_fails(self.check(), "include/tarazy includes only itself")

    def test_an_include_without_its_room_fails(self):
        self.append("src/base/pool.c", '#include "pool.h"\n')
        self.assert_fails(self.check(), "no file under src/ or include/")

    def test_clocks_in_a_pure_room_fail(self):
        self.append("src/base/pool.c", "#include <time.h>\n")
        self.assert_fails(self.check(), "<time.h> in a pure room")

    def test_the_standard_library_in_the_vocabulary_fails(self):
        self.append("include/tarazy/ids.h", "#include <stdlib.h>\n")
        self.assert_fails(self.check(), "<stdlib.h> in a pure room")

    def test_clocks_at_the_edges_pass(self):
        self.plant("src/gateway/listen.c", "#include <time.h>\n")
        self.assert_passes(self.check())

    def test_the_vocabulary_in_angle_brackets_fails(self):
        self.append("src/base/pool.c", "#include <tarazy/ids.h>\n")
        self.assert_fails(self.check(), "with quotation marks")

    def test_a_room_that_layers_txt_does_not_know_fails(self):
        self.plant("src/common/things.c", "")
        self.assert_fails(self.check(), "room common is not in src/layers.txt")

    def test_a_cycle_of_headers_fails(self):
        self.plant("src/market/book.h", '#include "market/level.h"\n')
        self.plant("src/market/level.h", '#include "market/book.h"\n')
        self.assert_fails(self.check(), "headers include each other")

    def test_two_files_of_one_name_fail(self):
        self.plant("src/gateway/pool.h", "")
        self.assert_fails(self.check(), "the name stands already at")

    def test_a_cycle_of_rooms_in_layers_txt_fails(self):
        self.plant("src/layers.txt", "[pure]\nbase: money\nmoney: base\n")
        self.assert_fails(self.check(), "cycle of rooms: base money")

    def test_a_pure_room_that_rests_on_an_edge_fails(self):
        self.plant("src/layers.txt", "[pure]\nbase: journal\n[edges]\njournal:\n")
        self.assert_fails(self.check(), "base is pure but may include journal")

    def test_an_unknown_room_in_layers_txt_fails(self):
        self.plant("src/layers.txt", "[pure]\nbase: nowhere\n")
        self.assert_fails(self.check(), "which is no room")


if __name__ == "__main__":
    planted_tree.main()
