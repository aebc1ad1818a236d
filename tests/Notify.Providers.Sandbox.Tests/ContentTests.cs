using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Sandbox.Tests;

/// <summary>
/// The sandbox refuses the same push content and overrides as the vendor that the device belongs to. If the devices are not known
/// yet, it refuses only what every vendor refuses.
/// </summary>
public sealed class ContentTests
{
    private static readonly Recipient Android = Recipient.PushToken("fcm:token", Platform.Android);
    private static readonly Recipient Ios = Recipient.PushToken(new string('a', 64), Platform.Ios);
    private static readonly Recipient IosOfFirebase = Recipient.PushToken("fcm:token", Platform.Ios);
    private static readonly Recipient Web = Recipient.PushToken(CreateSubscription(), Platform.Web);
    private static readonly Recipient User = Recipient.User("ada");

    // Firebase reserves the key "from" and Apple "aps". Of a message of 4,096 bytes, Web Push needs some for its encryption.
    private static readonly Content From = Say(new() { ["from"] = "x" });
    private static readonly Content Aps = Say(new() { ["aps"] = "x" });
    private static readonly Content Long = new() { Body = new string('x', 3_960) };
    private static readonly Content TooLong = new() { Body = new string('x', 4_100) };

    public static TheoryData<string, string, string?> Cases =>
        new()
        {
            { nameof(Android), nameof(From), "content.data.from" },
            { nameof(Android), nameof(Aps), null },
            { nameof(Android), nameof(Long), null },
            { nameof(Android), nameof(TooLong), "content.body" },
            { nameof(Ios), nameof(From), null },
            { nameof(Ios), nameof(Aps), "content.data.aps" },
            { nameof(Ios), nameof(Long), null },
            { nameof(Ios), nameof(TooLong), "content.body" },
            { nameof(IosOfFirebase), nameof(From), "content.data.from" },
            { nameof(IosOfFirebase), nameof(Aps), null },
            { nameof(Web), nameof(From), null },
            { nameof(Web), nameof(Aps), null },
            { nameof(Web), nameof(Long), "content.body" },
            { nameof(User), nameof(From), null },
            { nameof(User), nameof(Aps), null },
            { nameof(User), nameof(Long), null },
            { nameof(User), nameof(TooLong), "content.body" },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Content_is_refused_if_no_vendor_of_the_device_accepts_it(string to, string content, string? field)
    {
        await using var application = await SandboxApplication.StartAsync(notifications => notifications.AddSandbox());
        await application.SaveUserAsync(new User { Id = User.Value });
        var trigger = new Trigger
        {
            To = GetRecipient(to),
            Channels = [Channel.Push],
            Content = GetContent(content),
            OnUnknownRecipient = UnknownRecipientBehavior.Skip,
        };

        await AssertRefusedAsync(application, trigger, field, FieldErrorCodes.NotAllowed, FieldErrorCodes.TooLarge);
    }

    [Theory]
    [InlineData("apns", """{"payload":{"aps":5}}""", "content.overrides.apns.payload.aps")]
    [InlineData("fcm", """{"token":"other"}""", "content.overrides.fcm.token")]
    [InlineData("webpush", null, "content.overrides.webpush")]
    [InlineData("webpush", """{"title":"Other"}""", null)]
    public async Task Overrides_of_every_vendor_are_checked_whatever_the_device_is(string vendor, string? json, string? field)
    {
        await using var application = await SandboxApplication.StartAsync(notifications => notifications.AddSandbox());
        var overrides = JsonElement.Parse(json ?? $$"""{"title":"{{new string('x', 4_000)}}"}""");
        foreach (var to in (Recipient[])[Android, Ios, Web])
        {
            var trigger = new Trigger
            {
                To = to,
                Content = new Content
                {
                    Title = "Hello",
                    Overrides = new Dictionary<string, JsonElement> { [vendor] = overrides },
                },
            };

            await AssertRefusedAsync(
                application,
                trigger,
                field,
                FieldErrorCodes.NotAllowed,
                FieldErrorCodes.TooLarge,
                FieldErrorCodes.WrongType
            );
        }
    }

    private static async Task AssertRefusedAsync(
        SandboxApplication application,
        Trigger trigger,
        string? field,
        params string[] codes
    )
    {
        if (field is null)
        {
            await application.TriggerAsync(trigger);
            return;
        }

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.TriggerAsync(trigger));
        var error = Assert.Single(refused.Errors);
        Assert.Equal(field, error.Field);
        Assert.Contains(error.Code, codes);
    }

    private static Recipient GetRecipient(string name) =>
        name switch
        {
            nameof(Android) => Android,
            nameof(Ios) => Ios,
            nameof(IosOfFirebase) => IosOfFirebase,
            nameof(Web) => Web,
            _ => User,
        };

    private static Content GetContent(string name) =>
        name switch
        {
            nameof(From) => From,
            nameof(Aps) => Aps,
            nameof(Long) => Long,
            _ => TooLong,
        };

    private static Content Say(Dictionary<string, string> data) => new() { Title = "Hello", Data = data };

    private static string CreateSubscription()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        byte[] uncompressed = [4, .. point.X!, .. point.Y!];
        var keys =
            $$"""{"p256dh":"{{Base64Url.EncodeToString(uncompressed)}}","auth":"{{Base64Url.EncodeToString(new byte[16])}}"}""";
        return $$"""{"endpoint":"https://push.example.org/1","keys":{{keys}}}""";
    }
}
