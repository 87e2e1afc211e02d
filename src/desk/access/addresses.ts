import type { Socket } from "node:net";

/** A name or address that only this machine reaches. */
export function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(host);
}

/** Whether both ends of a connection are this machine: nobody on the network can read what it carries. */
export function isSameMachine({ remoteAddress, localAddress }: Socket): boolean {
	// A request that a test injects has no connection.
	return remoteAddress === undefined || isLoopback(remoteAddress) || remoteAddress === localAddress;
}
