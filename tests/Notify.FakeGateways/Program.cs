using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Notify.FakeGateways.Apns;
using Notify.FakeGateways.Fcm;
using Notify.FakeGateways.Smtp;
using Notify.FakeGateways.Twilio;
using Notify.FakeGateways.WebPush;

// For local work: runs all fake vendors until Ctrl-C, and writes the settings with which the reference host sends to them:
// set -a; . FOLDER/notify.env; dotnet run --project samples/Notify.Host
if (args is not [var path])
{
    Console.Error.WriteLine("Name the folder to write the settings to: dotnet run --project tests/Notify.FakeGateways -- FOLDER");
    return 1;
}

var folder = Directory.CreateDirectory(path).FullName;
await using var fcm = await FcmGateway.StartAsync();
await using var apns = await ApnsGateway.StartAsync();
await using var pushService = await PushServiceGateway.StartAsync();
await using var twilio = await TwilioGateway.StartAsync();
await using var mail = SmtpGateway.Start();
using var vapid = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var key = vapid.ExportParameters(includePrivateParameters: true);
var publicKey = Base64Url.EncodeToString([4, .. key.Q.X!, .. key.Q.Y!]);
using var browser = pushService.Subscribe(publicKey);

fcm.Account.WriteCredentials(Path.Combine(folder, "firebase.json"));
await File.WriteAllTextAsync(Path.Combine(folder, "apns.p8"), apns.KeyPem);
await File.WriteAllTextAsync(Path.Combine(folder, "subscription.json"), browser.Json);
await File.WriteAllTextAsync(
    Path.Combine(folder, "authorities.pem"),
    string.Join('\n', fcm.Server.Authority!.RootPem, apns.Authority.RootPem, pushService.Authority.RootPem)
);

(string Provider, string Setting, string Value)[] settings =
[
    ("fcm", "Type", "fcm"),
    ("fcm", "BaseAddress", $"{fcm.Address}"),
    ("fcm", "CredentialsFile", Path.Combine(folder, "firebase.json")),
    ("apns", "Type", "apns"),
    ("apns", "BaseAddress", $"{apns.Address}"),
    ("apns", "KeyFile", Path.Combine(folder, "apns.p8")),
    ("apns", "KeyId", ApnsGateway.KeyId),
    ("apns", "TeamId", ApnsGateway.TeamId),
    ("apns", "BundleId", ApnsGateway.BundleId),
    ("webpush", "Type", "webpush"),
    ("webpush", "Subject", "mailto:ops@example.org"),
    ("webpush", "PublicKey", publicKey),
    ("webpush", "PrivateKey", Base64Url.EncodeToString(key.D)),
    ("webpush", "AllowPrivateNetworks", "true"),
    ("twilio", "Type", "twilio"),
    ("twilio", "BaseAddress", $"{twilio.Address}"),
    ("twilio", "AccountSid", twilio.Account.Sid),
    ("twilio", "AuthToken", twilio.Account.AuthToken),
    ("twilio", "From", twilio.Account.Number),
    ("smtp", "Type", "smtp"),
    ("smtp", "Host", "127.0.0.1"),
    ("smtp", "Port", $"{mail.Port}"),
    ("smtp", "Security", "None"),
    ("smtp", "From", "shop@example.org"),
];
await File.WriteAllLinesAsync(
    Path.Combine(folder, "notify.env"),
    [
        $"SSL_CERT_FILE='{Path.Combine(folder, "authorities.pem")}'",
        .. settings.Select(setting => $"Notify__Providers__{setting.Provider}__{setting.Setting}='{setting.Value}'"),
    ]
);

Console.WriteLine($"The vendors are ready. Their settings are in {folder}/notify.env");
var stopped = new TaskCompletionSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await stopped.Task;
Console.WriteLine(
    $"Accepted: fcm {fcm.Accepted}, apns {apns.Accepted}, webpush "
        + $"{pushService.Accepted}, twilio {twilio.Accepted}, smtp {mail.MessagesTaken}"
);
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopped.TrySetResult();
}
