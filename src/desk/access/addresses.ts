import type { Socket } from "node:net";
import { isLoopbackAddress } from "../../access/tls-too.ts";

/** Whether both ends of a connection are on this machine, so that nobody on the network can read it. */
export function isSameMachine({ remoteAddress, localAddress }: Socket): boolean {
	return isLoopback({ remoteAddress }) || remoteAddress === localAddress;
}

/** A request that a test injects without an address has no connection. */
export function isLoopback({ remoteAddress }: Pick<Socket, "remoteAddress">): boolean {
	return remoteAddress === undefined || isLoopbackAddress(remoteAddress);
}
