// What DcapCollateral keeps of Intel's JSON, computed from JSON.parse: the other opinion of the fuzz.
import { concat, hexlify, toBeHex } from "ethers";

const STATUSES = [
  "UpToDate",
  "SWHardeningNeeded",
  "ConfigurationNeeded",
  "ConfigurationAndSWHardeningNeeded",
  "OutOfDate",
  "OutOfDateConfigurationNeeded",
  "Revoked",
];

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown) => value as Json;
const list = (value: unknown) => value as readonly Json[];
const byte = (value: unknown) => toBeHex(value as number, 1);
const hex = (value: unknown) => hexlify(`0x${value as string}`);
const status = (level: Json) => byte(STATUSES.indexOf(level.tcbStatus as string));
const unix = (text: unknown) => BigInt(Date.parse(text as string) / 1_000);
const svns = (components: unknown) => concat(list(components).map(({ svn }) => byte(svn)));
const oldSvns = (tcb: Json) =>
  concat(Array.from({ length: 16 }, (_, i) => byte(tcb[`sgxtcbcomp${String(i + 1).padStart(2, "0")}svn`])));

function levelOf(level: Json, isTdx: boolean): string {
  const tcb = object(level.tcb);
  const components = tcb.sgxtcbcomponents === undefined ? oldSvns(tcb) : svns(tcb.sgxtcbcomponents);
  return concat([
    components,
    toBeHex(tcb.pcesvn as number, 2),
    status(level),
    ...(isTdx ? [svns(tcb.tdxtcbcomponents)] : []),
  ]);
}

function modulesOf(info: Json): string {
  const head = (module: Json) => [hex(module.mrsigner), hex(module.attributes), hex(module.attributesMask)];
  const modules = list(info.tdxModuleIdentities ?? []).map((module) => {
    const levels = list(module.tcbLevels);
    return concat([
      `0x${(module.id as string).slice(4)}`,
      ...head(module),
      byte(levels.length),
      ...levels.map((level) => concat([byte(object(level.tcb).isvsvn), status(level)])),
    ]);
  });
  return concat([byte(modules.length + 1), "0x00", ...head(object(info.tdxModule)), "0x00", ...modules]);
}

/** The fields of TcbInfoBody, in their order. */
export function tcbInfoModel(text: string): unknown[] {
  const info = object(JSON.parse(text));
  const isTdx = info.id === "TDX";
  const levels = list(info.tcbLevels);
  const packed = concat([
    byte(levels.length),
    ...levels.map((level) => levelOf(level, isTdx)),
    isTdx ? modulesOf(info) : "0x00",
  ]);
  return [
    isTdx,
    unix(info.issueDate),
    unix(info.nextUpdate),
    hex(info.fmspc),
    hex(info.pceId),
    BigInt(info.tcbEvaluationDataNumber as number),
    packed,
  ];
}

/** The fields of QeIdentityBody, in their order. */
export function identityModel(text: string): unknown[] {
  const identity = object(JSON.parse(text));
  const levels = list(identity.tcbLevels);
  const packed = concat([
    ...["miscselect", "miscselectMask", "attributes", "attributesMask", "mrsigner"].map((name) => hex(identity[name])),
    toBeHex(identity.isvprodid as number, 2),
    byte(levels.length),
    ...levels.map((level) => concat([toBeHex(object(level.tcb).isvsvn as number, 2), status(level)])),
  ]);
  return [
    identity.id === "TD_QE",
    unix(identity.issueDate),
    unix(identity.nextUpdate),
    BigInt(identity.tcbEvaluationDataNumber as number),
    packed,
  ];
}
