using System.Globalization;
using System.Text.Json;
using Notify.FakeGateways.Twilio;
using Notify.TestSupport;

namespace Notify.FakeGateways.Tests;

/// <summary>Tests the fake Twilio with Twilio's own client for Node.js.</summary>
public sealed class TwilioGatewayTests
{
    [Fact]
    public async Task A_message_is_created()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        var answer = await CreateAsync(
            gateway,
            new
            {
                to = "+46701234567",
                from = gateway.Account.Number,
                body = "Hej på dig",
            }
        );

        var message = Assert.Single(gateway.Messages);
        Assert.Matches("^SM[0-9a-f]{32}$", message.Sid);
        Assert.Equal(message.Sid, answer.GetProperty("sid").GetString());
        Assert.Equal(("queued", "1"), (Text(answer, "status"), Text(answer, "numSegments")));
        Assert.Equal("outbound-api", Text(answer, "direction"));
        Assert.Equal(("+46701234567", "Hej på dig"), (message.To, message.Body));
        Assert.Equal(gateway.Account.Sid, Text(answer, "accountSid"));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("price").ValueKind);
        var now = DateTimeOffset.UtcNow;
        Assert.InRange(answer.GetProperty("created").GetDateTimeOffset(), now.AddHours(-1), now.AddMinutes(1));
    }

    [Fact]
    public async Task A_messaging_service_chooses_the_sender_later()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        var answer = await CreateAsync(
            gateway,
            new
            {
                to = "+46701234567",
                messagingServiceSid = gateway.Account.MessagingServiceSid,
                body = "x",
                statusCallback = "https://notify.example.org/callback?delivery=1",
                validityPeriod = 60,
            }
        );

        Assert.Equal(("accepted", "0", null), (Text(answer, "status"), Text(answer, "numSegments"), Text(answer, "from")));
        var message = Assert.Single(gateway.Messages);
        Assert.Equal(("https://notify.example.org/callback?delivery=1", 60), (message.StatusCallback, message.ValidityPeriod));
    }

    [Theory]
    [InlineData("+15005550001", 400, 21211)]
    [InlineData("+15005550003", 400, 21408)]
    [InlineData("+15005550004", 400, 21610)]
    [InlineData("+15005550009", 400, 21614)]
    public async Task A_magic_number_is_refused_with_its_documented_error(string to, int status, int code)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        var answer = await CreateAsync(
            gateway,
            new
            {
                to,
                from = gateway.Account.Number,
                body = "x",
            }
        );

        Assert.Equal((status, code), (answer.GetProperty("status").GetInt32(), answer.GetProperty("code").GetInt32()));
        Assert.Equal($"https://www.twilio.com/docs/errors/{code}", Text(answer, "moreInfo"));
        Assert.Empty(gateway.Messages);
    }

    [Fact]
    public async Task An_api_key_is_accepted_and_a_wrong_token_is_not()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        var account = gateway.Account;
        var message = new
        {
            to = "+46701234567",
            from = account.Number,
            body = "x",
        };

        Assert.Equal("queued", Text(await CreateAsync(gateway, message, account.ApiKeySid, account.ApiKeySecret), "status"));
        Assert.Equal(20003, (await CreateAsync(gateway, message, account.Sid, "another token")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task The_signature_of_a_callback_is_valid()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        var port = FreePort.Next();
        gateway.CallbackProxy = new Uri($"http://127.0.0.1:{port}/");
        const string Url = "https://notify.example.org/v1/callbacks/twilio?tenant=a%20b&delivery=1";
        var message = new TwilioSms("SM1", gateway.Account.Number, null, "+46701234567", "x", Url, null);

        var received = NodeClient.RunAsync(
            "twilio-callback.mjs",
            [],
            new Dictionary<string, string>
            {
                ["AUTH_TOKEN"] = gateway.Account.AuthToken,
                ["PUBLIC_ADDRESS"] = "https://notify.example.org",
                ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            }
        );
        await Eventually.TrueAsync(() => CallBackAsync(gateway, message), "the receiver");
        var call = JsonElement.Parse(await received);

        Assert.True(call.GetProperty("genuine").GetBoolean());
        Assert.False(call.GetProperty("altered").GetBoolean());
        var fields = call.GetProperty("fields");
        Assert.Equal(("undelivered", "30005"), (Text(fields, "MessageStatus"), Text(fields, "ErrorCode")));
    }

    private static async Task<bool> CallBackAsync(TwilioGateway gateway, TwilioSms message)
    {
        try
        {
            return await gateway.CallBackAsync(message, "undelivered", 30005) == 204;
        }
        catch (HttpRequestException)
        {
            // The receiver in Node.js has not started yet.
            return false;
        }
    }

    private static async Task<JsonElement> CreateAsync(
        TwilioGateway gateway,
        object message,
        string? user = null,
        string? password = null
    ) =>
        JsonElement.Parse(
            await NodeClient.RunAsync(
                "twilio-send.mjs",
                [],
                new Dictionary<string, string>
                {
                    ["GATEWAY"] = gateway.Address.AbsoluteUri,
                    ["ACCOUNT"] = gateway.Account.Sid,
                    ["USER"] = user ?? gateway.Account.Sid,
                    ["PASSWORD"] = password ?? gateway.Account.AuthToken,
                    ["MESSAGE"] = JsonSerializer.Serialize(message),
                }
            )
        );

    private static string? Text(JsonElement answer, string name) => answer.GetProperty(name).GetString();
}
