import { useState } from "preact/hooks";
import { useSpeech } from "../language/language.ts";
import { hasPasskeys } from "../state/passkeys.ts";
import { api, useCockpit } from "../state/state.ts";
import { LanguageChoice } from "./language-choice.tsx";

/** Which store, and how it stands with head office. Being apart is no error here: the store is made to go on alone. */
export function Header() {
	const { say, f } = useSpeech();
	const status = useCockpit((all) => all.status);
	const line = useCockpit((all) => all.line);
	const now = useCockpit((all) => all.now);
	const who = useCockpit((all) => all.who);
	const [passkey, setPasskey] = useState(say("addPasskey"));
	const addPasskey = () =>
		api.addPasskey(navigator.platform.slice(0, 40) || "browser").then(
			() => setPasskey(say("passkeyAdded")),
			(error: Error) => setPasskey(error.message || say("addPasskey")),
		);
	const signOut = () =>
		api.signOut().then(
			() => location.reload(),
			() => location.reload(),
		);
	const hq = status?.hq;
	return (
		<header class="top">
			<div class="house">
				<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
					<rect width="32" height="32" rx="7" class="mark-ground" />
					<rect x="6" y="7" width="8" height="9" rx="1" class="mark-label" />
					<rect x="17" y="10" width="9" height="6" rx="1" class="mark-offer" />
					<rect x="4" y="17" width="24" height="3" rx="1.5" class="mark-rail" />
					<rect x="4" y="23" width="24" height="3" rx="1.5" class="mark-rail faint" />
				</svg>
				<h1>
					<span class="brand">Gondola</span>
					<span class="store">{status ? `${say("store")} ${status.store}` : say("opening")}</span>
				</h1>
			</div>
			{hq && !hq.configured && (
				<div class="hq alone" role="status">
					<span class="hq-line">{say("alone")}</span>
				</div>
			)}
			{hq?.configured && (
				<div class={`hq ${hq.connected ? "joined" : "apart"}`} role="status">
					<span class="hq-line">
						<i class="lamp" aria-hidden="true" />
						{say(hq.connected ? "connected" : "apart")}
						<span class="quiet">{hq.lastContact === null ? say("neverHeard") : say("heardAgo", f.ago(hq.lastContact, now))}</span>
					</span>
					<dl>
						<div class={hq.factsWaiting > 0 && !hq.connected ? "weighty" : ""}>
							<dd>{f.number(hq.factsWaiting)}</dd>
							<dt>
								{say("factsWaiting")}
								{hq.oldestSeconds > 5 && <span class="quiet"> · {say("oldest", f.span(hq.oldestSeconds))}</span>}
							</dt>
						</div>
						{hq.offlineDaysLeft !== null && (
							<div>
								<dd>{f.days(hq.offlineDaysLeft)}</dd>
								<dt>{say("daysLeft")}</dt>
							</div>
						)}
					</dl>
				</div>
			)}
			<div class="corner">
				<time class="clock">{f.minute(now)}</time>
				{who && <span class="who">{who.name}</span>}
				{who?.kind === "user" && who.name !== "demo" && (
					<>
						{hasPasskeys() && (
							<button type="button" class="ghost" onClick={addPasskey}>
								{passkey}
							</button>
						)}
						<button type="button" class="ghost" onClick={signOut}>
							{say("signOut")}
						</button>
					</>
				)}
				<LanguageChoice />
			</div>
			{line === "lost" && status && (
				<p class="lost" role="alert">
					{say("gatewayLost", f.ago(status.now, now))}
				</p>
			)}
		</header>
	);
}
