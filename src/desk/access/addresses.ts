import type { Socket } from "node:net";
import { isLoopbackAddress } from "../../access/tls-too.ts";

/** Whether both ends of a connection are on this machine, so that nobody on the network can read it. */
export function isSameMachine({ remoteAddress, localAddress }: Socket): boolean {
	// A request that a test injects has no connection.
	return remoteAddress === undefined || isLoopbackAddress(remoteAddress) || remoteAddress === localAddress;
}
