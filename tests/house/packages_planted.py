#!/usr/bin/env python3
"""scripts/install_packages.sh finds what is missing, says why, and leaves a complete machine alone.

The machine is played by small scripts on the PATH: dpkg-query knows what INSTALLED names, apt-get writes down
what it was asked, id and sudo say who we are.
"""
import os

import planted_tree

PACKAGES = """# Packages.

#[run]
# compiles
gcc
# runs the build
ninja-build

#[check]
# unit tests
libcmocka-dev

#[node 18] nodejs npm
"""


class Packages(planted_tree.PlantedTree):
    def setUp(self):
        super().setUp()
        self.copy_house("scripts/install_packages.sh")
        self.plant("packages.txt", PACKAGES)
        self.tool("dpkg-query", 'case " $INSTALLED " in *" $4 "*) printf installed ;; *) exit 1 ;; esac')
        self.tool("apt-get", 'echo "$@" >>asked; [ "$1" != "$APT_FAILS" ] || { echo "no network" >&2; exit 100; }')
        self.tool("sudo", 'echo sudo >>asked; exec "$@"')
        self.tool("id", 'echo "$USER_ID"')
        self.node("v20.1.0")

    def tool(self, name, text):
        self.plant(f"tools/{name}", f"#!/bin/sh\n{text}\n")
        (self.root / "tools" / name).chmod(0o755)

    def node(self, version):
        self.tool("node", f"echo {version}")
        self.tool("npm", "true")

    def install(self, *arguments, installed="", user=0, apt_fails="nothing"):
        environment = dict(os.environ, PATH=f"{self.root}/tools:/usr/bin:/bin", INSTALLED=installed,
                           USER_ID=str(user), APT_FAILS=apt_fails)
        return self.run_command("sh", "scripts/install_packages.sh", *arguments, env=environment)

    def asked(self):
        path = self.root / "asked"
        return path.read_text() if path.exists() else ""

    def test_a_complete_machine_is_left_alone(self):
        self.assert_passes(self.install("check", installed="gcc ninja-build libcmocka-dev"))
        self.assertEqual(self.asked(), "")

    def test_what_is_missing_is_named_with_its_reason_and_installed(self):
        result = self.install("check", installed="gcc libcmocka-dev")
        self.assert_passes(result)
        self.assertRegex(result[1], r"ninja-build +runs the build")
        self.assertIn("update -q\n", self.asked())
        self.assertIn("install -y -q --no-install-recommends ninja-build\n", self.asked())
        self.assertNotIn("sudo", self.asked())

    def test_running_needs_no_test_packages(self):
        self.assert_passes(self.install("run", installed="gcc"))
        self.assertIn("ninja-build\n", self.asked())
        self.assertNotIn("cmocka", self.asked())

    def test_sudo_is_used_and_announced_when_not_root(self):
        result = self.install("run", installed="gcc", user=1000)
        self.assert_passes(result)
        self.assertIn("with sudo", result[1])
        self.assertIn("sudo", self.asked())

    def test_an_old_node_is_replaced(self):
        self.node("v16.20.0")
        self.assert_passes(self.install("check", installed="gcc ninja-build libcmocka-dev"))
        self.assertIn("nodejs npm\n", self.asked())

    def test_a_new_node_from_anywhere_will_do(self):
        self.assert_passes(self.install("check", installed="gcc ninja-build libcmocka-dev"))
        self.assertNotIn("nodejs", self.asked())

    def test_listing_installs_nothing(self):
        result = self.install("--list", "run")
        self.assert_passes(result)
        self.assertIn("gcc", result[1])
        self.assertEqual(self.asked(), "")

    def test_a_failing_update_fails(self):
        self.assert_fails(self.install("run", apt_fails="update"), "no network")

    def test_a_failing_install_fails(self):
        self.assert_fails(self.install("run", apt_fails="install"), "no network")

    def test_an_unknown_part_is_refused(self):
        self.assert_fails(self.install("everything"), "usage")

    def test_every_package_of_the_real_list_is_one_word_with_a_reason(self):
        reason = ""
        for line in (planted_tree.HOUSE / "packages.txt").read_text().splitlines():
            if line.startswith("# "):
                reason = line
            elif not line:
                reason = ""
            elif not line.startswith("#"):
                self.assertRegex(line, r"^[a-z0-9][a-z0-9+.-]+$")
                self.assertTrue(reason, f"{line} has no reason above it")


if __name__ == "__main__":
    planted_tree.main()
