/** Who caused a fact: a person, a program with a token, a device, another store, head office, or the gateway itself. */
export const actorKinds = ["user", "token", "device", "store", "hq", "system"] as const;

export interface Actor {
	kind: (typeof actorKinds)[number];
	/** The name of the account, token, device or store; for the gateway itself, the part of it that acted. */
	name: string;
	/** The network address that the request came from, as the socket gave it. */
	address?: string;
}

/** `user:mara@10.0.0.7`, as logs and lists show it. */
export function actorText({ kind, name, address }: Actor): string {
	return `${kind}:${name}${address === undefined ? "" : `@${address}`}`;
}
