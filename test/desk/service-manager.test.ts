import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openServiceManager } from "../../src/daemon/watch/service-manager.ts";

/** The other end, as systemd has it: a datagram socket that is bound to a path or to an abstract name. */
function listenAs(name: string) {
	const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
	const libc = koffi.load(null);
	const fd: number = libc.func("int socket(int, int, int)")(1, 2, 0);
	const address = Buffer.concat([Buffer.from([1, 0]), Buffer.from(name.replace(/^@/, "\0"))]);
	expect(libc.func("int bind(int fd, const uint8_t *address, uint32_t size)")(fd, address, address.length)).toBe(0);
	const receive = libc.func("long recv(int fd, _Out_ uint8_t *buffer, size_t size, int flags)");
	const heard: string[] = [];
	return {
		/** All that came so far. */
		heard(): string[] {
			for (;;) {
				const buffer = Buffer.alloc(256);
				const length = Number(receive(fd, buffer, buffer.length, 0x40));
				if (length <= 0) return heard;
				heard.push(buffer.toString("utf8", 0, length));
			}
		},
		close: () => libc.func("int close(int)")(fd),
	};
}

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "gondola-notify-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the service manager", () => {
	it.each(["path", "abstract"])("hears over an %s socket when the daemon is ready, alive and stopping", async (kind) => {
		const name = kind === "path" ? join(folder, "notify") : `@gondola-test-${process.pid}`;
		const manager = listenAs(name);
		try {
			const daemon = openServiceManager({ NOTIFY_SOCKET: name, WATCHDOG_USEC: "60000" }, () => Promise.resolve());
			daemon.ready();
			await expect.poll(() => manager.heard(), { timeout: 10_000 }).toContain("WATCHDOG=1");
			daemon.stopping();
			expect(manager.heard()[0]).toBe("READY=1\nSTATUS=open");
			expect(manager.heard().at(-1)).toBe("STOPPING=1");
		} finally {
			manager.close();
		}
	});

	it("is not told that a daemon lives whose commits hang, and is again when they are through", async () => {
		const manager = listenAs(join(folder, "notify"));
		try {
			let through: () => void = () => {};
			let asked = 0;
			const daemon = openServiceManager({ NOTIFY_SOCKET: join(folder, "notify"), WATCHDOG_USEC: "30000" }, () => {
				asked += 1;
				return new Promise<void>((resolve) => {
					through = resolve;
				});
			});
			daemon.ready();
			await expect.poll(() => asked, { timeout: 10_000 }).toBe(1);
			expect(manager.heard()).not.toContain("WATCHDOG=1");
			through();
			await expect.poll(() => manager.heard(), { timeout: 10_000 }).toContain("WATCHDOG=1");
			daemon.stopping();
		} finally {
			manager.close();
		}
	});

	it("is not needed", () => {
		expect(() => openServiceManager({}, () => Promise.resolve()).ready()).not.toThrow();
	});
});
