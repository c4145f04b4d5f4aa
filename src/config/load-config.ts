import { ConfigError, sortProblems } from "./config-error.ts";
import type { ConfigProblem } from "./config-error.ts";
import { explainFileError } from "./config-environment.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import type { ClusterSource, Config, EndpointCredentials } from "./config.ts";
import { loadConnection } from "./load-connection.ts";
import { loadManifests } from "./load-manifests.ts";
import { parseConfig } from "./parse-config.ts";
import type { ParsedConfig } from "./parse-config.ts";
import { formatPath } from "./yaml-source.ts";
import type { ConfigPath, YamlSource } from "./yaml-source.ts";

/** Reads and checks a clusters.yaml, and that what it names is there: contexts, files. Throws ConfigError with every mistake. */
export async function loadConfig(file: string, environment: ConfigEnvironment): Promise<Config> {
  let text: string;
  try {
    text = await environment.files.readFile(file);
  } catch (error) {
    throw new ConfigError([{ file, path: "", message: `must be a readable file but got: ${explainFileError(error)}` }]);
  }
  const parsed = parseConfig(text, file, environment);
  const problems = sortProblems([...parsed.problems, ...(await checkReferences(parsed, environment))]);
  if (parsed.config === undefined || problems.length > 0) throw new ConfigError(problems);
  return parsed.config;
}

async function checkReferences(
  { clusterSources, database, manifests, source }: ParsedConfig,
  environment: ConfigEnvironment,
): Promise<readonly ConfigProblem[]> {
  const problems = await Promise.all([
    ...[...clusterSources].map(([index, cluster]) => checkCluster(cluster, ["clusters", index], source, environment)),
    database === undefined ? [] : checkFile(database, ["geo", "database"], source, environment),
    checkManifests(manifests, source, environment),
  ]);
  return problems.flat();
}

async function checkFile(
  file: string,
  path: ConfigPath,
  source: YamlSource,
  { files }: ConfigEnvironment,
): Promise<ConfigProblem[]> {
  try {
    await files.access(file);
    return [];
  } catch (error) {
    const message = `must be a readable file but got: ${file} (${explainFileError(error)})`;
    return [{ ...source.locate(path), path: formatPath(path), message }];
  }
}

async function checkManifests(
  manifests: readonly string[],
  source: YamlSource,
  { files }: ConfigEnvironment,
): Promise<ConfigProblem[]> {
  const { problems } = await loadManifests(manifests, files);
  return problems.map(({ index, message }) => {
    const path = ["persistedDocuments", "manifests", index];
    return { ...source.locate(path), path: formatPath(path), message };
  });
}

async function checkCluster(
  cluster: ClusterSource,
  path: ConfigPath,
  source: YamlSource,
  environment: ConfigEnvironment,
): Promise<ConfigProblem[]> {
  if (cluster.type === "embedded") return [];
  if (cluster.type === "endpoints") return checkCredentialFiles(cluster.credentials, path, source, environment);
  try {
    await loadConnection(cluster, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const place: ConfigPath =
      cluster.type === "inCluster" ? [...path, "inCluster"] : [...path, "kubeconfig", "context"];
    return error.problems.map((problem) => ({
      ...source.locate(place),
      path: formatPath(place),
      message: problem.file === undefined ? problem.message : `${problem.file}: ${problem.message}`,
      ...(problem.suggestion === undefined ? {} : { suggestion: problem.suggestion }),
    }));
  }
}

async function checkCredentialFiles(
  { ca, tokenFile, clientCertificate, clientKey }: EndpointCredentials,
  path: ConfigPath,
  source: YamlSource,
  environment: ConfigEnvironment,
): Promise<ConfigProblem[]> {
  const certificateFile = clientCertificate && "file" in clientCertificate ? clientCertificate.file : undefined;
  const keyFile = clientKey && "file" in clientKey ? clientKey.file : undefined;
  const combined = certificateFile !== undefined && certificateFile === keyFile;
  const files: readonly (readonly [string, string | undefined])[] = [
    ["caFile", ca && "file" in ca ? ca.file : undefined],
    ["tokenFile", tokenFile],
    [combined ? "clientPemFile" : "clientCertificateFile", certificateFile],
    ["clientKeyFile", combined ? undefined : keyFile],
  ];
  const problems = await Promise.all(
    files.map(async ([key, file]) =>
      file === undefined ? [] : await checkFile(file, [...path, "credentials", key], source, environment),
    ),
  );
  return problems.flat();
}
