// The public names of hookgate/auth/client-certificate.

export type { CertificateHeaderForm } from "./certificate-header.js";
export {
  type CertificateFromProxy,
  type CertificateRules,
  type ClientCertificateOptions,
  clientCertificate,
} from "./client-certificate.js";
