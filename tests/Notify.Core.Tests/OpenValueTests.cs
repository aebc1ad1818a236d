using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Tests;

/// <summary>Values to which members may be added, and what an older process makes of a member that it does not know.</summary>
public sealed class OpenValueTests
{
    [Theory]
    [InlineData("ios", true)]
    [InlineData("my-tv-2", true)]
    [InlineData("Ios", false)]
    [InlineData("2tv", false)]
    [InlineData("", false)]
    [InlineData("a-name-of-more-than-thirty-two-letters", false)]
    public void A_platform_or_kind_of_receipt_has_a_name_of_lowercase_letters_digits_and_hyphens(string name, bool isValid)
    {
        Assert.Equal(isValid, Platform.TryParse(name, out var platform));
        Assert.Equal(isValid ? name : "", platform.Name);
        Assert.Equal(isValid, ReceiptKind.TryParse(name, out var kind));
        Assert.Equal(isValid ? name : "", $"{kind}");
        if (!isValid)
            Assert.Throws<ArgumentException>(() => Platform.Create(name));
    }

    [Fact]
    public void Values_are_written_as_names_and_unknown_ones_are_read()
    {
        Assert.Equal("[\"huawei\",\"tizen\"]", JsonSerializer.Serialize(new[] { Platform.Huawei, Platform.Create("tizen") }));
        Assert.Equal("\"complained\"", JsonSerializer.Serialize(ReceiptKind.Complained));
        Assert.Equal(ReceiptKind.Create("deferred"), JsonSerializer.Deserialize<ReceiptKind>("\"deferred\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Platform>("\"No Name\""));
        Assert.Equal("\"deadLetter\"", JsonSerializer.Serialize(DeliveryState.DeadLetter));
        Assert.Equal(DeliveryState.Unknown, JsonSerializer.Deserialize<DeliveryState>("\"parked\""));
        Assert.Equal(OutcomeKind.Unknown, JsonSerializer.Deserialize<OutcomeKind>("\"greeted\""));
        Assert.Equal(OutcomeKind.RecipientGone, JsonSerializer.Deserialize<OutcomeKind?>("\"recipientGone\""));
        Assert.Equal(Priority.Normal, JsonSerializer.Deserialize<Priority>("\"urgent\""));
        Assert.Equal("\"unknown\"", JsonSerializer.Serialize((DeliveryState)7));
    }

    [Fact]
    public async Task A_platform_is_registered_if_it_is_well_known_or_a_provider_declares_it()
    {
        var tv = new ScriptedProvider("tv", Channel.Push, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(
            builder => builder.Services.AddSingleton(new ProviderPlatforms("tv", Platform.Create("tizen"))),
            tv
        );

        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await application.Directory.RegisterDeviceAsync(CreateDevice("tizen"));
        await application.Directory.RegisterDeviceAsync(CreateDevice("huawei"));
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Directory.RegisterDeviceAsync(CreateDevice("symbian"))
        );
        var ended = await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        var error = Assert.Single(refused.Errors);
        Assert.Equal(("platform", "Use one of android, huawei, ios, tizen, web, windows."), (error.Field, error.Message));
        Assert.Equal("tizen", Assert.Single(tv.Sent).To.Platform!.Value.Name);
        // No provider sends to huawei, so only one device gets the message.
        Assert.Single(ended);
        var direct = new Trigger
        {
            To = Recipient.PushToken("t", Platform.Create("symbian")),
            Content = new Content { Body = "x" },
        };
        refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Notifier.TriggerAsync(direct));
        Assert.Equal("to[0].platform", Assert.Single(refused.Errors).Field);
    }

    private static Device CreateDevice(string platform) =>
        new()
        {
            Id = platform,
            UserId = "ada",
            Platform = Platform.Create(platform),
            Token = $"t-{platform}",
        };
}
