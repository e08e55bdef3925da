/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of the one program `tarazy`, one file each. A command gets its own name in argv[0]
 * ("tarazy serve") and its options behind it, and returns the exit code (programs/exit_codes.h).
 *
 * To add one: write <name>_main.c, a line here, a line in the table of main.c, a line in
 * CMakeLists.txt, and its man page.
 */
#ifndef PROGRAMS_COMMANDS_H
#define PROGRAMS_COMMANDS_H

int serve_main(int argc, char **argv);
int init_main(int argc, char **argv);
int core_main(int argc, char **argv);
int gateway_main(int argc, char **argv);
int history_main(int argc, char **argv);
int backup_main(int argc, char **argv);
int restore_main(int argc, char **argv);
int state_main(int argc, char **argv);
int verify_main(int argc, char **argv);
int journal_main(int argc, char **argv);
int liabilities_main(int argc, char **argv);
int check_liabilities_main(int argc, char **argv);
int admin_main(int argc, char **argv);
int watch_main(int argc, char **argv);
int replay_main(int argc, char **argv);
int survey_main(int argc, char **argv);
int meter_main(int argc, char **argv);
int country_main(int argc, char **argv);
int notary_main(int argc, char **argv);
int rebuild_tree_main(int argc, char **argv);
int prove_main(int argc, char **argv);
int check_proof_main(int argc, char **argv);
int witness_main(int argc, char **argv);
int cosigned_main(int argc, char **argv);
int relay_main(int argc, char **argv);
int supervise_main(int argc, char **argv);
int promote_main(int argc, char **argv);
int quarantine_main(int argc, char **argv);
int mining_fee_main(int argc, char **argv);

#endif
