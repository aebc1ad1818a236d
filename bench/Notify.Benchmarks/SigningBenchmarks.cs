using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Notify.Core.Templates;
using Notify.Providers.Twilio;
using Notify.Providers.Webhook;
using Notify.Providers.WebPush;

namespace Notify.Benchmarks;

/// <summary>Measures the signing or encryption of each message, and the verification of each callback.</summary>
public class SigningBenchmarks
{
    private const int BodyBytes = 512;

    private readonly byte[] _body = RandomNumberGenerator.GetBytes(BodyBytes);
    private readonly byte[] _encrypted = new byte[MessageEncryption.HeaderLength + BodyBytes + MessageEncryption.TrailerLength];
    private readonly SigningKey[] _webhookKeys = [new(new byte[32])];
    private readonly Guid _webhookId = Guid.CreateVersion7();
    private readonly TwilioSignature _twilio = new(new Uri("https://example.org/notify/twilio"), "0123456789abcdef");
    private readonly KeyValuePair<string, string>[] _form =
    [
        new("MessageSid", "SM0123456789"),
        new("MessageStatus", "delivered"),
    ];
    private readonly string _twilioSignature = Convert.ToBase64String(new byte[HMACSHA1.HashSizeInBytes]);
    private PushSubscription _subscription = null!;

    [GlobalSetup]
    public void Subscribe()
    {
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = browser.PublicKey.ExportParameters().Q;
        var key = Base64Url.EncodeToString([0x04, .. point.X!, .. point.Y!]);
        var secret = Base64Url.EncodeToString(new byte[16]);
        var address = $"{{\"endpoint\":\"https://push.example.org/1\",\"keys\":{{\"p256dh\":\"{key}\",\"auth\":\"{secret}\"}}}}";
        _subscription = PushSubscription.Parse(address, allowHttp: false, out _)!;
    }

    [Benchmark]
    public string Webhook() => WebhookSigner.Sign(_webhookKeys, _webhookId, "1700000000", _body);

    [Benchmark]
    public bool WebPushEncryption() => MessageEncryption.TryEncrypt(_encrypted, _subscription);

    [Benchmark]
    public bool TwilioCallback() => _twilio.Verify("", _form, _twilioSignature);
}
