// SPDX-License-Identifier: Apache-2.0
//
// A throw-away node for one test file: started on a free port in a fresh folder, stopped at the end.
// TARAZY names the program under test.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.TARAZY ?? resolve(here, "../../build/dev/tarazy");

function freePort() {
    return new Promise((done, failed) => {
        const probe = createServer();
        probe.on("error", failed);
        probe.listen(0, "127.0.0.1", () => {
            const { port } = probe.address();
            probe.close(() => done(port));
        });
    });
}

export async function startSandbox() {
    const port = await freePort();
    const dir = mkdtempSync(join(process.env.TARAZY_TEST_DIR ?? here, "node-"));
    const child = spawn(program, ["serve", "--sandbox", "--dir", dir, "--listen", `127.0.0.1:${port}`], {
        stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    child.stderr.on("data", (chunk) => (errors += chunk));
    const exited = new Promise((done) => child.on("exit", done));
    await new Promise((done, failed) => {
        const deadline = setTimeout(() => failed(new Error(`not ready in 60 s: ${errors}`)), 60000);
        child.stdout.on("data", (chunk) => {
            output += chunk;
            if (/^ready http:/m.test(output)) {
                clearTimeout(deadline);
                done();
            }
        });
        exited.then((code) => {
            clearTimeout(deadline);
            failed(new Error(`stopped with ${code} before it was ready: ${errors}`));
        });
    });
    const keys = JSON.parse(readFileSync(join(dir, "keys.json"), "utf8"));
    return {
        dir,
        port,
        http: `http://127.0.0.1:${port}`,
        ws: `ws://127.0.0.1:${port}`,
        key: (participant, type = "HMAC") => {
            const found = keys.find((k) => k.participant === participant && k.type === type);
            if (!found) {
                throw new Error(`keys.json has no ${type} key of ${participant}`);
            }
            return found;
        },
        errors: () => errors,
        async stop() {
            child.kill("SIGTERM");
            const code = await exited;
            rmSync(dir, { recursive: true, force: true });
            return code;
        },
    };
}

// Waits until check() gives something true; says what it waited for when it never does.
export async function until(what, check, milliseconds = 10000) {
    const deadline = Date.now() + milliseconds;
    for (;;) {
        const value = await check();
        if (value) {
            return value;
        }
        if (Date.now() > deadline) {
            throw new Error(`waited ${milliseconds} ms for ${what}`);
        }
        await new Promise((done) => setTimeout(done, 20));
    }
}
