using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Tests;

/// <summary>The names of a user's addresses in .NET; the tests of the HTTP API have the rest.</summary>
public sealed class AddressNameTests
{
    [Theory]
    [InlineData("sms", "phone")]
    [InlineData("email", "email")]
    [InlineData("webhook", "webhook")]
    [InlineData("fax", "fax")]
    public void A_channel_names_the_address_that_it_uses(string channel, string address) =>
        Assert.Equal(address, Channel.Create(channel).AddressName);

    [Fact]
    public void No_channel_can_have_the_name_of_the_address_of_another()
    {
        Assert.False(Channel.TryParse("phone", out _));
        Assert.Throws<ArgumentException>(() => Channel.Create("phone"));
    }

    [Fact]
    public async Task A_message_goes_to_the_address_of_its_channel_and_other_addresses_are_reported()
    {
        var sms = new ScriptedProvider("sms", Channel.Sms, _ => Outcome.Sent());
        var fax = new ScriptedProvider("fax", Channel.Create("fax"), _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(sms, fax);
        var user = new User
        {
            Id = "ada",
            Addresses = new Dictionary<string, string>
            {
                ["phone"] = "+46 70-123 45 67",
                ["fax"] = "12",
                ["email"] = "ada@example.org",
            },
        };

        var result = await application.Directory.SaveUserAsync(user);
        await application.EndedDeliveriesAsync(await application.SendAsync(Recipient.User("ada")));

        Assert.Equal("+46701234567", Assert.Single(sms.Sent).To.Value);
        Assert.Equal("12", Assert.Single(fax.Sent).To.Value);
        var warning = Assert.Single(result.Warnings);
        Assert.Equal(("addresses.email", FieldWarning.NoChannel), (warning.Field, warning.Code));
        var stored = Assert.Single(
            await application.Get<IUserStore>().FindAsync(Trigger.DefaultTenant, ["ada"], CancellationToken.None)
        );
        Assert.Equal(["email", "fax", "phone"], stored.User!.Addresses.Keys.Order());
    }

    [Fact]
    public async Task The_name_of_the_channel_sms_is_refused_as_an_address()
    {
        await using var application = await TestApplication.StartAsync(
            new ScriptedProvider("sms", Channel.Sms, _ => Outcome.Sent())
        );
        var user = new User
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["sms"] = "+46701234567" },
        };

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Directory.SaveUserAsync(user));

        Assert.Equal("addresses.sms", Assert.Single(refused.Errors).Field);
    }
}
