import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Refused } from "../../../../../desk/cockpit/shared/ask.ts";
import type { Preview } from "../../../../../words/answers/head-office/pushes.ts";
import { useCodes, useSpeech } from "../../language/language.ts";
import type { Delivery } from "../../state/api.ts";
import { api, failed, goTo } from "../../state/state.ts";
import { type Following, type HowFar, type OnItsWay, rememberedUpload } from "../../state/upload.ts";
import { MappingChoice } from "../price-list/mapping-choice.tsx";
import { PriceListWizard } from "../price-list/wizard.tsx";
import { RefusedRows } from "../push.tsx";
import { useRowHeight, VirtualList } from "../virtual-list.tsx";
import { UploadBar } from "./upload-bar.tsx";
import { type Choosing, WaveChoice, WhichStores } from "./whom.tsx";

/** A new push id, from the file's name and the minute. */
function nameFor(file: File): string {
	const stem = file.name.replace(/\.(csv|txt|tsv|xlsx?|xml|jsonl?|gz)\b.*$/i, "").replace(/[^A-Za-z0-9._-]+/g, "-");
	const now = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "");
	return `${stem.slice(0, 30) || "push"}-${now}`;
}

/** A file is previewed before anything is sent; exactly the previewed content is published. */
export function NewPush() {
	const { say } = useSpeech();
	const [file, setFile] = useState<File | null>(null);
	const [delivery, setDelivery] = useState<Delivery>({ id: "", stores: "all", allOrNothing: false });
	const [looked, setLooked] = useState<{ at: string; preview: Preview } | null>(null);
	/** Whether the reader looks at how the file is read. */
	const [isShaping, setShaping] = useState(false);
	const { busy, said, far, run } = useWork(() => setShaping(true));
	const left = useLeftUpload();
	const asked = useMemo(() => JSON.stringify([file?.name, file?.size, file?.lastModified, delivery]), [file, delivery]);
	const look = (chosen: File, how: Delivery) =>
		run("previewing", async (following) => {
			const preview = await api.preview(chosen, how, following);
			setLooked({ at: JSON.stringify([chosen.name, chosen.size, chosen.lastModified, how]), preview });
		});
	const take = (chosen: File | undefined) => {
		if (!chosen) return;
		const { mapping: _, ...rest } = delivery;
		const how = { ...rest, id: nameFor(chosen) };
		setFile(chosen);
		setDelivery(how);
		setLooked(null);
		setShaping(false);
		void look(chosen, how);
	};
	const readBy = (mapping: string | undefined) => {
		const { mapping: _, ...rest } = delivery;
		const how = mapping === undefined ? rest : { ...rest, mapping };
		setDelivery(how);
		setShaping(false);
		if (file) void look(file, how);
	};
	const publish = () =>
		run("publishing", async (following) => {
			await api.publish(file!, delivery, following);
			goTo("pushes", delivery.id);
		});
	const isCurrent = looked?.at === asked;
	return (
		<>
			<section class="panel new-push" aria-labelledby="new-title">
				<header>
					<h2 id="new-title">{say("new")}</h2>
					{file && <FileChoice label={say("otherFile")} take={take} />}
				</header>
				{file === null ? <Drop take={take} /> : <p class="file code">{file.name}</p>}
				{file === null && left.upload && <UploadBar name={left.upload.name} far={left.far} />}
				{file === null && <Said sentence={left.said} />}
				{file !== null && far && <UploadBar name={file.name} far={far} />}
				{file && (
					<form
						onSubmit={(event) => {
							event.preventDefault();
							void look(file, delivery);
						}}
					>
						<Options delivery={delivery} setDelivery={setDelivery} />
						<MappingChoice mapping={delivery.mapping} readBy={readBy} show={() => setShaping(true)} />
						<Buttons busy={busy} looked={looked?.preview} isCurrent={isCurrent} publish={publish} />
					</form>
				)}
				<Said sentence={said} />
			</section>
			{file && isShaping && <PriceListWizard file={file} begin={delivery.mapping} use={readBy} close={() => setShaping(false)} />}
			{looked && !isShaping && <Looked preview={looked.preview} />}
			{file === null && left.preview && (
				<>
					<p class="panel quiet">{say("previewOf", left.preview.name)}</p>
					<Looked preview={left.preview.preview} />
				</>
			)}
		</>
	);
}

function Said({ sentence }: { sentence: string }) {
	if (sentence === "") return null;
	return (
		<p class="refused lines-kept" role="alert">
			{sentence}
		</p>
	);
}

/** Work with the file, one thing at a time; `said`: why the last failed. `unreadable`: its columns are not known. */
function useWork(unreadable: () => void) {
	const { say } = useSpeech();
	const [busy, setBusy] = useState<Busy>("");
	const [said, setSaid] = useState("");
	const [far, setFar] = useState<HowFar | null>(null);
	const signal = useWhileOpen();
	const run = async (what: "previewing" | "publishing", work: (following: Following) => Promise<void>) => {
		setBusy(what);
		setSaid("");
		try {
			await work({ seen: setFar, signal });
		} catch (error) {
			const detail = failed(error);
			// A shape that nobody described: head office guesses, and a person looks.
			if (error instanceof Refused && error.code === "bad-csv") return unreadable();
			setSaid(sentenceOf(error, detail || say("unreachable")));
		} finally {
			setBusy("");
			setFar(null);
		}
	};
	return { busy, said, far, run };
}

const sentenceOf = (error: unknown, detail: string): string => {
	const more = error instanceof Refused ? error.errors.slice(0, 8).map(({ path, message }) => `${path}: ${message}`) : [];
	return [detail, ...more].join("\n");
};

/** Aborted when the panel is closed. */
function useWhileOpen(): AbortSignal {
	const open = useRef(new AbortController());
	useEffect(() => () => open.current.abort(), []);
	return open.current.signal;
}

/** An upload that an earlier load of this page began: it is followed to its end. */
function useLeftUpload() {
	const { say } = useSpeech();
	const [upload, setUpload] = useState<OnItsWay | undefined>(rememberedUpload);
	const [far, setFar] = useState<HowFar | null>(null);
	const [said, setSaid] = useState("");
	const [preview, setPreview] = useState<{ name: string; preview: Preview } | null>(null);
	const signal = useWhileOpen();
	useEffect(() => {
		if (!upload) return;
		api.followUpload<Preview>(upload, { seen: setFar, signal }).then(
			(answer) => {
				setUpload(undefined);
				if (upload.isDryRun) setPreview({ name: upload.name, preview: answer });
				else goTo("pushes", upload.id);
			},
			(error: unknown) => {
				setUpload(undefined);
				const detail = failed(error) || say("unreachable");
				const isLost = error instanceof Refused && error.code === "push-unknown";
				setSaid(isLost ? say("uploadLost", upload.name) : sentenceOf(error, detail));
			},
		);
	}, []);
	return { upload, far, said, preview };
}

type Busy = "" | "previewing" | "publishing";

/** `isCurrent`: the preview is of the file and the choices as they stand. */
function Buttons(given: { busy: Busy; looked: Preview | undefined; isCurrent: boolean; publish(): Promise<void> }) {
	const { busy, looked, isCurrent, publish } = given;
	const { say } = useSpeech();
	return (
		<div class="acts">
			<button type="submit" class={isCurrent ? "ghost" : ""} disabled={busy !== ""}>
				{say(busy === "previewing" ? "previewing" : "preview")}
			</button>
			{looked && (
				<button type="button" disabled={busy !== "" || !isCurrent || looked.accepted + looked.held.length === 0} onClick={publish}>
					{say(busy === "publishing" ? "publishing" : "publish")}
				</button>
			)}
			{looked && !isCurrent && <span class="quiet">{say("changedSince")}</span>}
		</div>
	);
}

function FileChoice({ label, take }: { label: string; take(file: File | undefined): void }) {
	return (
		<label class="button ghost choose">
			{label}
			<input
				type="file"
				class="unseen"
				onChange={(e) => {
					take(e.currentTarget.files?.[0]);
					// The same file, corrected, may be chosen again.
					e.currentTarget.value = "";
				}}
			/>
		</label>
	);
}

function Drop({ take }: { take(file: File | undefined): void }) {
	const { say } = useSpeech();
	const [over, setOver] = useState(false);
	return (
		<label
			class={`drop ${over ? "over" : ""}`}
			onDragOver={(event) => {
				event.preventDefault();
				setOver(true);
			}}
			onDragLeave={() => setOver(false)}
			onDrop={(event) => {
				event.preventDefault();
				setOver(false);
				take(event.dataTransfer?.files[0]);
			}}
		>
			<b>{say("dropFile")}</b>
			<span class="quiet">{say("fileKinds")}</span>
			<input type="file" onChange={(e) => take(e.currentTarget.files?.[0])} />
		</label>
	);
}

function When({ delivery, setDelivery }: Choosing) {
	const { say } = useSpeech();
	const [time, setTime] = useState("");
	const { effectiveAt: _, ...atOnce } = delivery;
	return (
		<fieldset>
			<legend>{say("when")}</legend>
			<label class="tick">
				<input type="radio" name="when" checked={delivery.effectiveAt === undefined} onChange={() => setDelivery(atOnce)} />
				{say("atOnce")}
			</label>
			<label class="tick">
				<input
					type="radio"
					name="when"
					checked={delivery.effectiveAt !== undefined}
					onChange={() => setDelivery({ ...delivery, effectiveAt: time })}
				/>
				{say("atTime")}
			</label>
			{delivery.effectiveAt !== undefined && (
				<input
					required
					type="datetime-local"
					aria-label={say("atTime")}
					value={time}
					onInput={(e) => {
						setTime(e.currentTarget.value);
						setDelivery({ ...delivery, effectiveAt: e.currentTarget.value });
					}}
				/>
			)}
		</fieldset>
	);
}

function Options({ delivery, setDelivery }: Choosing) {
	const { say } = useSpeech();
	return (
		<div class="options">
			<label>
				{say("pushId")}
				<input
					required
					value={delivery.id}
					pattern="[A-Za-z0-9._:\-]{1,48}"
					title="A-Z a-z 0-9 . _ : -"
					onInput={(e) => setDelivery({ ...delivery, id: e.currentTarget.value })}
				/>
			</label>
			<WhichStores delivery={delivery} setDelivery={setDelivery} />
			<When delivery={delivery} setDelivery={setDelivery} />
			<WaveChoice delivery={delivery} setDelivery={setDelivery} />
			<label class="tick">
				<input
					type="checkbox"
					checked={delivery.allOrNothing}
					onChange={(e) => setDelivery({ ...delivery, allOrNothing: e.currentTarget.checked })}
				/>
				{say("wholeOrNothing")}
			</label>
		</div>
	);
}

function Looked({ preview }: { preview: Preview }) {
	const { say, f } = useSpeech();
	const codes = useCodes();
	const rowHeight = useRowHeight(36, 60);
	const held = useMemo(() => Map.groupBy(preview.held, ({ sku }) => sku), [preview]);
	const rows = useMemo(() => {
		const weight = ({ sku, percent }: Preview["changes"][number]): number => (held.has(sku) ? 1e9 : 0) + Math.abs(percent ?? 0);
		return [...preview.changes].sort((a, b) => weight(b) - weight(a));
	}, [preview]);
	return (
		<>
			<section class="panel looked" aria-labelledby="looked-title">
				<header>
					<h2 id="looked-title">{say("preview")}</h2>
				</header>
				<ul class="verdict">
					<li class="good">
						<b>{say("wouldTake", f.number(preview.accepted))}</b> {say("touches", f.number(preview.stores), f.number(preview.labels))}
					</li>
					{held.size > 0 && <li class="waits">{say("wouldHold", f.number(held.size))}</li>}
					{preview.rejected.length > 0 && <li class="bad">{say("wouldRefuse", f.number(preview.rejected.length))}</li>}
					{(preview.notes ?? []).map((note) => (
						<li key={note} class="quiet">
							{note}
						</li>
					))}
				</ul>
				{rows.length > 0 && (
					<>
						<p class="quiet">{say("largest")}</p>
						<VirtualList items={rows} rowHeight={rowHeight} label={say("preview")} keyOf={({ sku }) => sku} className="short">
							{(row) => (
								<span class={`row changed ${held.has(row.sku) ? "is-held" : ""}`}>
									<span class="code">{row.sku}</span>
									<span class="what">{row.name ?? ""}</span>
									<span class="old">{row.old === null ? say("isNew") : f.money(row.old, row.currency)}</span>
									<b>{f.money(row.new, row.currency)}</b>
									<span class={(row.percent ?? 0) > 0 ? "rise" : "cut"}>{row.percent === null ? "" : f.percent(row.percent)}</span>
									<span class="why">{[...new Set((held.get(row.sku) ?? []).map(({ code }) => codes("reason_", code)))].join(", ")}</span>
								</span>
							)}
						</VirtualList>
					</>
				)}
			</section>
			{preview.rejected.length > 0 && <RefusedRows rows={preview.rejected} />}
		</>
	);
}
