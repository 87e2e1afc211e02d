/** Devices' answers to commands, by device, name and id. */

export interface CommandReplies {
	expect(device: string, name: string, id: string, timeoutMs: number): { promise: Promise<unknown>; fail(error: Error): void };
	take(device: string, name: string, id: string, payload: unknown): void;
	end(): void;
}

export function createCommandReplies(): CommandReplies {
	const open = new Map<string, { resolve(payload: unknown): void; fail(error: Error): void }>();
	const key = (device: string, name: string, id: string): string => JSON.stringify([device, name, id]);
	return {
		expect(device, name, id, timeoutMs) {
			const { promise, resolve, reject } = Promise.withResolvers<unknown>();
			const mine = key(device, name, id);
			const close = (): void => {
				clearTimeout(timer);
				open.delete(mine);
			};
			const fail = (error: Error): void => {
				close();
				reject(error);
			};
			const timer = setTimeout(() => fail(new Error(`${device} did not answer ${name} within ${timeoutMs} ms`)), timeoutMs);
			open.set(mine, {
				resolve(payload) {
					close();
					resolve(payload);
				},
				fail,
			});
			return { promise, fail };
		},
		take: (device, name, id, payload) => open.get(key(device, name, id))?.resolve(payload),
		end() {
			for (const one of [...open.values()]) one.fail(new Error("the broker is stopping"));
		},
	};
}
