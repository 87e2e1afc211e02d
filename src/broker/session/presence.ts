/** Who is connected, who is away since when, and whose session has been away for too long. */
import type { Instant } from "../../words/time.ts";
import { noteOp } from "../ledger/session-records.ts";
import { type Mirror, type MirrorOptions, unknownTime } from "./mirror.ts";
import { rewind } from "./session.ts";

export function createPresence({ sessions, sessionOf, forget, serve }: Mirror, options: MirrorOptions) {
	const { writer } = options;
	const presence = {
		/** A client whose session is kept has its CONNACK. */
		clientReady(client: string): void {
			const session = sessionOf(client);
			session.absentSince = null;
			writer.later(noteOp(client, { seenAt: options.now() ?? unknownTime, isOnline: true, sentTo: session.sentTo }));
			rewind(session);
			serve(session);
		},
		clientGone(client: string): void {
			const session = sessions.get(client);
			if (!session) return;
			session.absentSince = options.now() ?? unknownTime;
			writer.later(noteOp(client, { seenAt: session.absentSince, isOnline: false, sentTo: session.sentTo }));
		},
		/** Before a stop, so that the next start knows that nobody was cut off. */
		everybodyGone(): void {
			for (const session of sessions.values()) if (session.absentSince === null) presence.clientGone(session.client);
		},
		/** Forgets sessions whose clients were last here before this; an absence of unknown age begins now. */
		expire(before: Instant, now: Instant): void {
			for (const session of [...sessions.values()]) {
				if (session.absentSince === unknownTime) session.absentSince = now;
				if (session.absentSince === null || session.absentSince >= before) continue;
				forget(session.client);
				options.onDropped("session-expired");
			}
		},
	};
	return presence;
}
