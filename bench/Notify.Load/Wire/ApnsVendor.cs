using System.Security.Cryptography;
using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>Apple's push service: HTTP/2 over TLS, a provider token, and an answer without a body.</summary>
internal sealed class ApnsVendor : WireVendor
{
    private const int TokenBytes = 32;

    public override string Name => "apns";

    /// <summary>The limit that Apple's servers were observed to announce to authenticated clients.</summary>
    public override int MaxStreams => 1000;

    public override void AddTo(INotificationsBuilder notifications, Uri address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportPkcs8PrivateKeyPem();
        notifications.AddApns(options =>
        {
            options.BaseAddress = address;
            options.BundleId = "com.example.shop";
            options.KeyId = "FAKEKEY123";
            options.TeamId = "FAKETEAM45";
            options.Key = pem;
        });
    }

    public override SinkAnswer AnswerAt(string path) =>
        new(200) { Header = ("apns-unique-id", "eabeae54-14a8-11e5-b60b-1697f925ec7b") };

    protected override Address CreateAddress(int number, Uri address)
    {
        var token = SHA256.HashData(BitConverter.GetBytes(number)).AsSpan(0, TokenBytes);
        return new Address(Channel.Push, Convert.ToHexStringLower(token)) { Platform = Platform.Ios };
    }

    protected override Content CreateContent(int number) =>
        base.CreateContent(number) with
        {
            Push = new PushContent
            {
                Sound = "default",
                Badge = 1,
                Thread = "orders",
            },
        };
}
