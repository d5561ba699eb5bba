// Prints what the client's declarations promise, as JSON: for each GET method of the class Backlog the type of its
// answer, and the fields of every named type in it. A type is a name, or {array}, {union}, {values} or {type}.

import ts from "typescript";

const GET = /^(get|download)/;
const [entry] = process.argv.slice(2);
const program = ts.createProgram([entry], { strict: true, target: ts.ScriptTarget.ES2022, types: [] });
const checker = program.getTypeChecker();
const types = {};

function named(type) {
  const symbol = type.aliasSymbol ?? type.symbol;
  return checker.symbolToString(symbol, undefined, undefined, ts.SymbolFormatFlags.None);
}

// Entities of different namespaces share their last names: the whole name tells them apart.
function fullName(type) {
  const name = checker.getFullyQualifiedName(type.aliasSymbol ?? type.symbol).replace(/^".*"\./, "");
  return name === "__type" ? undefined : name;
}

function shape(type) {
  if (type.isUnion()) {
    const members = type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined));
    if (members.every((each) => each.isLiteral())) return { values: members.map((each) => each.value) };
    if (members.every((each) => each.flags & ts.TypeFlags.BooleanLike)) return { type: "boolean" };
    return members.length === 1 ? shape(members[0]) : { union: members.map(shape) };
  }
  if (type.isLiteral()) return { values: [type.value] };
  if (type.flags & ts.TypeFlags.Null) return { type: "null" };
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
  if (type.flags & ts.TypeFlags.NumberLike) return { type: "number" };
  if (type.flags & ts.TypeFlags.StringLike) return { type: "string" };
  if (checker.isTupleType(type)) return { array: null };
  if (checker.isArrayType(type)) return { array: shape(checker.getTypeArguments(type)[0]) };
  const name = fullName(type);
  if (name === undefined) return { fields: fields(type) };
  if (!(name in types)) {
    types[name] = {};
    types[name] = fields(type);
  }
  return name;
}

function fields(type) {
  const entries = checker.getPropertiesOfType(type).map((property) => {
    const optional = Boolean(property.flags & ts.SymbolFlags.Optional);
    return [property.name, { optional, type: shape(checker.getTypeOfSymbol(property)) }];
  });
  return Object.fromEntries(entries);
}

function isPublic(property) {
  return !(ts.getCombinedModifierFlags(property.declarations[0]) & ts.ModifierFlags.Private);
}

function answers(client) {
  const own = client.symbol.declarations[0];
  const found = checker.getPropertiesOfType(client).filter((property) => GET.test(property.name));
  const pairs = found.filter((property) => property.declarations[0].parent === own && isPublic(property)).map((method) => {
    const [signature] = checker.getTypeOfSymbol(method).getCallSignatures();
    const promise = checker.getTypeArguments(signature.getReturnType());
    const name = named(promise[0]);
    return [method.name, name === "FileData" ? { file: true } : shape(promise[0])];
  });
  return Object.fromEntries(pairs);
}

const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
const backlog = checker.getExportsOfModule(module).find((each) => each.name === "Backlog");
const client = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol?.(backlog) ?? backlog);
const methods = answers(client);
console.log(JSON.stringify({ methods, types }));
