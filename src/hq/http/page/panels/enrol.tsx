import { useEffect, useRef, useState } from "preact/hooks";
import { RefusalText } from "../../../../desk/cockpit/shared/refusal-text.tsx";
import type { EnrolAnswer } from "../../../../words/answers/head-office/stores.ts";
import { useSpeech } from "../language/language.ts";
import { api, failed } from "../state/state.ts";

/** Makes the code by which a store's box enrols. It is shown once. */
export function Enrol({ store = "", onClose }: { store?: string; onClose(): void }) {
	const { say, f } = useSpeech();
	const dialog = useRef<HTMLDialogElement>(null);
	const [id, setId] = useState(store);
	const [replace, setReplace] = useState(false);
	const [made, setMade] = useState<EnrolAnswer | null>(null);
	const [said, setSaid] = useState("");
	const [copied, setCopied] = useState(false);
	useEffect(() => dialog.current!.showModal(), []);
	const submit = (event: Event) => {
		event.preventDefault();
		setSaid("");
		api.enrol(id.trim(), replace).then(
			(answer) => (answer.code === undefined ? setSaid(say("already")) : setMade(answer)),
			(error: unknown) => setSaid(failed(error) || say("unreachable")),
		);
	};
	const line = `gondola enroll ${made?.code ?? ""}`;
	return (
		<dialog ref={dialog} class="enrol" aria-labelledby="enrol-title" onClose={onClose}>
			<header>
				<h2 id="enrol-title">{say("enrol")}</h2>
				<button type="button" class="ghost" onClick={() => dialog.current!.close()}>
					{say("close")}
				</button>
			</header>
			{made === null ? (
				<form onSubmit={submit}>
					<label>
						{say("storeId")}
						<input
							required
							pattern="[a-z0-9_\-]{1,32}"
							title="a-z 0-9 _ -"
							value={id}
							autocapitalize="none"
							spellcheck={false}
							onInput={(e) => setId(e.currentTarget.value)}
						/>
					</label>
					<label class="tick">
						<input type="checkbox" checked={replace} onChange={(e) => setReplace(e.currentTarget.checked)} />
						{say("replaces")}
					</label>
					<button type="submit" disabled={id.trim() === ""}>
						{say("makeCode")}
					</button>
				</form>
			) : (
				<div class="made">
					<p>{say("typeThis")}</p>
					<pre class="code">{line}</pre>
					<button
						type="button"
						onClick={() =>
							navigator.clipboard.writeText(line).then(
								() => setCopied(true),
								() => {},
							)
						}
					>
						{say(copied ? "copied" : "copy")}
					</button>
					{made.qr !== undefined && <img alt={say("qr")} src={`data:image/svg+xml,${encodeURIComponent(made.qr)}`} />}
					{made.expires !== undefined && <p class="quiet">{say("validUntil", f.day(made.expires))}</p>}
				</div>
			)}
			<RefusalText said={said} />
		</dialog>
	);
}
