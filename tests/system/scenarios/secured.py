"""Kafka and PostgreSQL that ask for TLS, passwords and certificates: what is right works, and of what is wrong it says
what to do, never the secret."""
import os
import shutil
import time

from rig import case, stream

END = "2026-06-01T00:00:00Z"
CERTIFICATES = os.environ["GUANXI_TEST_CERTIFICATES"]
SASL, MUTUAL = os.environ["GUANXI_TEST_KAFKA_SASL"], os.environ["GUANXI_TEST_KAFKA_MUTUAL"]
SECRETS = ["scram-secret", "plain-secret", "postgres-secret", "no-such-secret"]
LOGINS = """
DO $$ BEGIN
    CREATE ROLE locked LOGIN SUPERUSER PASSWORD 'postgres-secret';
    CREATE ROLE certified LOGIN SUPERUSER;
EXCEPTION WHEN duplicate_object THEN NULL; END $$"""
RULES = """hostssl all locked 127.0.0.1/32 scram-sha-256
host all locked all reject
hostssl all certified 127.0.0.1/32 cert
"""


def file(name):
    return os.path.join(CERTIFICATES, name)


def calls(count):
    return [stream.event("calls", "call.completed", f"2026-03-{1 + n // 24:02d}T{n % 24:02d}:00:00Z", f"c{n % 7}",
                         {"direction": "outbound"}, id=str(n)) for n in range(count)] + [stream.tick("calls", END)]


class Secured(case.SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        data = f"{cls.postgres.folder}/data"
        owner = os.stat(data)
        for name in ("server.pem", "server.key", "authority.pem"):
            shutil.copy(file(name), data)
            os.chmod(f"{data}/{name}", 0o600)
            os.chown(f"{data}/{name}", owner.st_uid, owner.st_gid)
        with open(f"{data}/pg_hba.conf", "r+") as rules:
            before = rules.read()
            rules.seek(0)
            rules.write(RULES + before)
        cls.postgres.execute(LOGINS)
        for setting in ("ssl_cert_file = 'server.pem'", "ssl_key_file = 'server.key'", "ssl_ca_file = 'authority.pem'",
                        "ssl = on"):
            cls.postgres.execute(f"ALTER SYSTEM SET {setting}")
        cls.postgres.execute("SELECT pg_reload_conf()")

    def setUp(self):
        self.here = self.site(topics={"calls": 1})

    def conninfo(self, user="locked", authority="authority", more=""):
        address = self.postgres.address.replace("user=postgres", f"user={user}")
        return f"{address} dbname={self.here.name} sslmode=verify-full sslrootcert={file(authority + '.pem')} {more}"

    def secrets(self, mechanism="SCRAM-SHA-512", secret="scram-secret", authority="authority"):
        """What only guanxid may read, as systemd's LoadCredential= has it."""
        folder = os.path.join(self.here.folder, "credentials")
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/kafka.properties", "w") as properties:
            properties.write(f"security.protocol=sasl_ssl\nsasl.mechanism={mechanism}\nsasl.username=guanxid\n"
                             f"sasl.password={secret}\nssl.ca.location={file(authority + '.pem')}\n")
        with open(f"{folder}/postgres.password", "w") as password:
            password.write("postgres-secret\n")
        return {"CREDENTIALS_DIRECTORY": folder}

    def tearDown(self):
        for instance in self.here.instances:
            for secret in SECRETS:
                self.assertNotIn(secret, instance.log())

    def works(self, config, environment=None):
        self.here.start(config, environment)
        self.publish_and_check(self.here, calls(200))
        protected = self.here.query("SELECT count(*), bool_and(s.ssl) FROM pg_stat_activity AS a JOIN pg_stat_ssl AS s "
                                    "USING (pid) WHERE a.application_name LIKE 'guanxid%%' AND a.datname = %s",
                                    self.here.name)
        self.assertGreater(protected[0][0], 0)
        self.assertTrue(protected[0][1])

    def waits(self, kafka, *texts, environment=None):
        """It goes on trying, for certificates and users can be put right meanwhile, and says once what is wrong."""
        config = self.here.configure("wrong", kafka=kafka)
        instance = self.here.start(config, environment)
        for text in texts:
            instance.wait_for_log(text)
        time.sleep(2)
        self.assertTrue(instance.running(), instance.log_tail())
        self.assertLess(len(instance.log().splitlines()), 8, instance.log_tail())
        self.assertEqual(instance.stop()[0], 0)

    # -------------------------------------------------------------------------------------------- what is right

    def test_passwords(self):
        config = self.here.configure("scram", kafka={"brokers": SASL}, postgres={"conninfo": self.conninfo()})
        self.works(config, self.secrets())

    def test_plain(self):
        self.works(self.here.configure("plain", kafka={"brokers": SASL}), self.secrets("PLAIN", "plain-secret"))

    def test_certificates(self):
        properties = ["security.protocol=ssl", f"ssl.ca.location={file('authority.pem')}",
                      f"ssl.certificate.location={file('client.pem')}", f"ssl.key.location={file('client.key')}"]
        more = f"sslcert={file('client.pem')} sslkey={file('client.key')}"
        self.works(self.here.configure("mutual", kafka={"brokers": MUTUAL, "properties": properties},
                                       postgres={"conninfo": self.conninfo("certified", more=more)}))

    # -------------------------------------------------------------------------------------------- what is wrong

    def test_kafka_password(self):
        self.waits({"brokers": SASL}, "sasl.password", environment=self.secrets(secret="no-such-secret"))

    def test_kafka_mechanism(self):
        self.waits({"brokers": SASL}, "sasl.mechanism", environment=self.secrets("SCRAM-SHA-256"))

    def test_kafka_authority(self):
        self.waits({"brokers": SASL}, "ssl.ca.location", environment=self.secrets(authority="stranger"))

    def test_kafka_without_tls(self):
        self.waits({"brokers": SASL}, "security.protocol")

    def test_kafka_certificate(self):
        self.waits({"brokers": MUTUAL, "properties": ["security.protocol=ssl",
                                                      f"ssl.ca.location={file('authority.pem')}"]}, "ssl.certificate.location")

    def refused(self, code, conninfo, *texts, **credentials):
        config = self.here.configure("wrong", kafka={"brokers": SASL}, postgres={"conninfo": conninfo})
        environment = {**self.secrets(), **credentials}
        self.assert_ends(self.here.start(config, environment), code, "PostgreSQL", *texts)

    def test_postgres_password(self):
        self.refused(77, self.conninfo(), "password", GUANXI_POSTGRES_PASSWORD="no-such-secret")

    def test_postgres_authority(self):
        self.refused(69, self.conninfo(authority="stranger"), "certificate verify failed")

    def test_postgres_without_tls(self):
        self.refused(77, self.conninfo().replace("verify-full", "disable"), "pg_hba.conf")

    def test_postgres_certificate(self):
        self.refused(77, self.conninfo("certified"), "certificate")


if __name__ == "__main__":
    case.main()
