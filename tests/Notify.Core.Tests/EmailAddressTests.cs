using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>
/// The one rule for email addresses, at registration and trigger. The mail providers' tests hold it at the provider.
/// </summary>
public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ada@example.org", "ada@example.org")]
    [InlineData("a..b@example.org", "a..b@example.org")]
    [InlineData(".ada.@example.org", ".ada.@example.org")]
    [InlineData("a+tag/x=y@sub_domain.example.org", "a+tag/x=y@sub_domain.example.org")]
    [InlineData("\"ada lovelace\"@example.org", "\"ada lovelace\"@example.org")]
    [InlineData("ada@[127.0.0.1]", "ada@[127.0.0.1]")]
    [InlineData("ada@bücher.example", "ada@xn--bcher-kva.example")]
    [InlineData("åsa@smörgås.example", "åsa@smörgås.example")]
    public async Task An_address_that_mail_servers_take_is_taken(string text, string sent)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(mail);

        await application.Directory.SaveUserAsync(UserWith(text));
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email(text)));

        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal((sent, !System.Text.Ascii.IsValid(sent)), (address.Address, address.NeedsUtf8));
        Assert.DoesNotContain("@", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ada@example.org.")]
    [InlineData("\u3000ada@example.org")]
    [InlineData("ada@example.org\u3000")]
    [InlineData("\u00a0ada@example.org")]
    [InlineData(" ada@example.org")]
    [InlineData("ada@example.org ")]
    [InlineData("a\u200bda@example.org")]
    [InlineData("\ufeffada@example.org")]
    [InlineData("\u202eada@example.org")]
    [InlineData("ada@exam\u200bple.org")]
    [InlineData("ada@exam\u00adple.org")]
    [InlineData("ada@example.org\u3002")]
    [InlineData("ada@example..org")]
    [InlineData("ada@.example.org")]
    [InlineData("ada@-example.org")]
    [InlineData("ada@example-.org")]
    [InlineData("ada@exam ple.org")]
    [InlineData("ada@example.org,bob@example.org")]
    [InlineData("Ada <ada@example.org>")]
    [InlineData("ada@")]
    [InlineData("@example.org")]
    public async Task An_address_that_no_mail_server_takes_is_refused_at_once(string text)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(mail);

        var trigger = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync(Recipient.Email(text)));
        var user = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Directory.SaveUserAsync(UserWith(text)));

        Assert.Equal("to[0]", Assert.Single(trigger.Errors).Field);
        Assert.Equal(Assert.Single(trigger.Errors).Message, Assert.Single(user.Errors).Message);
        Assert.False(EmailAddress.TryParse(text, out _));
    }

    [Fact]
    public void An_address_is_as_long_as_a_mail_transaction_can_carry()
    {
        // The local part stays below its own limit of 64 octets.
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 63), 3)) + ".org";
        Assert.InRange(255 - 1 - domain.Length, 50, 63);
        Assert.True(EmailAddress.TryParse(new string('a', 254 - 1 - domain.Length) + "@" + domain, out _));
        Assert.False(EmailAddress.TryParse(new string('a', 255 - 1 - domain.Length) + "@" + domain, out _));
    }

    /// <summary>With a local part beyond ASCII the address is sent as it is, but its domain is looked up in ASCII.</summary>
    [Theory]
    [InlineData(30, true)]
    [InlineData(32, false)]
    public void A_domain_has_at_most_255_octets_in_ASCII(int labels, bool isValid)
    {
        var domain = string.Join('.', Enumerable.Repeat("ü", labels)) + ".org";

        Assert.Equal(isValid, EmailAddress.TryParse($"å@{domain}", out _));
    }

    // RFC 5321 section 4.5.3.1.1 counts octets.
    [Theory]
    [InlineData("a", 64, true)]
    [InlineData("a", 65, false)]
    [InlineData("å", 32, true)]
    [InlineData("å", 33, false)]
    [InlineData("a.", 32, true)]
    [InlineData("a.", 33, false)]
    public void A_local_part_has_at_most_64_octets(string text, int times, bool isValid)
    {
        var localPart = string.Concat(Enumerable.Repeat(text, times));

        Assert.Equal(isValid, EmailAddress.TryParse($"{localPart}@example.org", out _));
    }

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, false)]
    public void A_quoted_local_part_counts_its_quotes(int length, bool isValid) =>
        Assert.Equal(isValid, EmailAddress.TryParse($"\"{new string('a', length)}\"@example.org", out _));

    private static User UserWith(string email) =>
        new()
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["email"] = email },
        };
}
