using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests the metrics on which alerts depend.</summary>
public sealed class MetricTests
{
    [Fact]
    public async Task An_open_circuit_is_reported_until_it_closes()
    {
        var isDown = true;
        var passing = new Passing(new ManualTime());
        var mail = new ScriptedProvider("mail-of-circuits", Channel.Email, _ =>
            isDown ? Outcome.ProviderFailed("outage") : Outcome.Sent()
        );
        await using var application = await TestApplication.StartAsync(
            builder =>
            {
                passing.AddTo(builder);
                builder.Services.Configure<ProviderOptions>(mail.Name, options =>
                {
                    options.CircuitBreaker.MinimumThroughput = 4;
                    options.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(30);
                });
            },
            mail
        );

        for (var i = 0; i < 6; i++)
            await application.SendAsync(Recipient.Email($"{i}@example.org"));
        await passing.WaitUntilAsync(() => ReadCircuit(mail.Name) == 1, "the circuit to open");
        isDown = false;
        await passing.UntilAsync(TimeSpan.FromSeconds(2), () => ReadCircuit(mail.Name) == 0, "the circuit to close");
    }

    [Fact]
    public async Task A_pruned_device_is_counted_once()
    {
        var push = new ScriptedProvider("push-of-pruning", Channel.Push, _ => Outcome.RecipientGone("UNREGISTERED"));
        var counted = new ConcurrentBag<long>();
        using var listener = Listen("notify.devices.pruned");
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                if (tags.Contains(new("provider", push.Name)))
                    counted.Add(value);
            }
        );
        listener.Start();
        await using var application = await TestApplication.StartAsync(push);
        await application.Directory.SaveUserAsync(new User { Id = "u" });
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "d",
                UserId = "u",
                Platform = Platform.Android,
                Token = "token",
            }
        );

        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.User("u")));
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.PushToken("token", Platform.Android)));

        Assert.Equal([1], counted);
    }

    private static int? ReadCircuit(string provider)
    {
        int? read = null;
        using var listener = Listen("notify.provider.circuit");
        listener.SetMeasurementEventCallback<int>(
            (_, value, tags, _) =>
            {
                if (tags.Contains(new("provider", provider)))
                    read = value;
            }
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }

    internal static MeterListener Listen(string name) =>
        new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
}
