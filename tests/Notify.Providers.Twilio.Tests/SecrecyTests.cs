using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Notify.FakeGateways.Twilio;
using Notify.TestSupport;

namespace Notify.Providers.Twilio.Tests;

public sealed class SecrecyTests
{
    private const string Number = "+46701740605";
    private const string Text = "Your code is 830174";

    [Fact]
    public async Task No_credential_number_or_text_is_shown()
    {
        using var log = new FakeLoggerProvider();
        await using var gateway = await TwilioGateway.StartAsync();
        var output = new List<string>();
        await using (var application = await StartAsync(gateway, log))
        {
            foreach (var trouble in Troubles)
            {
                gateway.Trouble = _ => trouble;
                Record(output, await application.SendAsync(Recipient.Phone(Number), Text));
            }

            gateway.Trouble = _ => null;
            Record(output, await application.SendAsync(Recipient.Phone(Number), Text));
            await gateway.CallBackAsync(gateway.Messages[0], "undelivered", 30005);
            await gateway.CallBackAsync(
                gateway.Messages[0] with
                {
                    StatusCallback = TwilioApplication.CallbackUrl + "/forged",
                },
                "read"
            );
            output.Add($"{application.Services.GetRequiredService<IOptionsMonitor<TwilioOptions>>().Get("twilio")}");
        }

        Assert.Contains(log.ReadLines(), line => line.Contains("its answer is unreadable", StringComparison.Ordinal));
        Assert.Contains(output, line => line.Contains("21211", StringComparison.Ordinal));
        string[] secrets =
        [
            gateway.Account.AuthToken,
            gateway.Account.ApiKeySecret,
            Number,
            Number[1..],
            Text,
            "830174",
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{gateway.Account.Sid}:{gateway.Account.AuthToken}")),
        ];
        foreach (var line in log.ReadLines().Concat(output))
            Assert.False(Array.Exists(secrets, secret => line.Contains(secret, StringComparison.Ordinal)), "A secret was shown.");
    }

    [Fact]
    public async Task Twilio_gets_no_trace_header()
    {
        using var activity = new Activity("the application's own").Start();
        await using var server = await FakeGateways.GatewayServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = context.Request.Headers.ContainsKey("traceparent") ? 201 : 503;
                return Task.CompletedTask;
            },
            tls: false
        );
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
            options.BaseAddress = server.Address
        );

        Assert.Equal("HTTP 503", (await application.AttemptAsync()).Reason);
    }

    private static TwilioTrouble?[] Troubles =>
        [
            new()
            {
                Status = 400,
                Code = 21211,
                Message = $"The 'To' number {Number} is not valid for '{Text}'",
            },
            new()
            {
                Status = 400,
                Code = 39999,
                Message = $"Cannot send '{Text}' to {Number}",
            },
            new() { Status = 500, Message = $"{Number} {Text}" },
            new() { Status = 201, Json = "<html>" },
            new() { Status = 201, Json = $$"""{"sid":"SM1","status":"failed","body":"{{Text}}","to":"{{Number}}"}""" },
            new() { Resets = true },
        ];

    private static void Record(List<string> output, DeliveryRecord delivery)
    {
        output.Add($"{delivery.Reason} {delivery.Delivery}");
        output.AddRange(delivery.Attempts.Select(attempt => $"{attempt}"));
    }

    private static async Task<TwilioApplication> StartAsync(TwilioGateway gateway, FakeLoggerProvider log)
    {
        var application = await TwilioApplication.StartAsync(
            gateway,
            options => options.StatusCallbackUrl = new Uri(TwilioApplication.CallbackUrl),
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
        );
        gateway.CallbackProxy = application.Address;
        return application;
    }
}
