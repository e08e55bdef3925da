/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about mining: who may mine, what was measured, what the law says. A file of its own because
 * most nodes have no mining: there every such command ends here, by name.
 *
 * Next: tarazy/mining_command.h.
 */
#include "engine/apply.h"

enum result check_mining(const struct engine *engine, const struct command_header *command)
{
    (void)engine;
    (void)command;
    return RESULT_MINING_NOT_ENABLED;
}

enum result apply_mining(struct apply *apply, const struct command_header *command)
{
    return check_mining(apply->engine, command);
}
