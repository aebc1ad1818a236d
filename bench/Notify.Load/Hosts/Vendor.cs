using System.Collections.Concurrent;
using System.Globalization;
using Notify.Providers;

namespace Notify.Load.Hosts;

/// <summary>How a vendor behaves.</summary>
internal enum VendorMood
{
    /// <summary>It accepts at once.</summary>
    Prompt,

    /// <summary>It accepts after <see cref="HostSettings.VendorDelay"/>.</summary>
    Slow,

    /// <summary>It never answers, and ignores the cancellation of a call.</summary>
    Silent,

    /// <summary>
    /// It accepts most messages. For each message and attempt, the seed decides whether it is slow, busy, broken or faulty.
    /// </summary>
    Mixed,
}

/// <summary>A vendor and its provider in one class. It records each call and each acceptance before it answers.</summary>
internal sealed class Vendor(HostSettings settings, VendorRecord record) : IDeliveryProvider
{
    private readonly ConcurrentDictionary<Guid, int> _refusals = new();

    public string Name => "vendor";

    public Channel Channel => Channel.Email;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var call = record.Begin(delivery);
        switch (settings.Mood)
        {
            case VendorMood.Slow:
                await Task.Delay(settings.VendorDelay, cancellationToken);
                return Accept(call, cancellationToken);
            case VendorMood.Silent:
                await new TaskCompletionSource().Task;
                return Outcome.Retry("unreachable");
            case VendorMood.Mixed:
                return await ChooseAsync(delivery, call, cancellationToken);
            default:
                return Accept(call, cancellationToken);
        }
    }

    private async ValueTask<Outcome> ChooseAsync(Delivery delivery, RecordedCall call, CancellationToken cancellationToken)
    {
        // Count earlier refusals by this process, and those that the delivery has stored. The first are lost when the process is
        // killed; without the second, each new process would refuse the message again until the delivery's attempts are used up.
        var refusals = _refusals.GetValueOrDefault(delivery.Id);
        var choice = Choice(delivery.To.Value, refusals + delivery.AttemptsSpent);
        if (choice < 50)
            _refusals[delivery.Id] = refusals + 1;
        switch (choice)
        {
            case < 30:
                return Outcome.Retry("busy");
            case < 40:
                return Outcome.ProviderFailed("down");
            case < 49:
                throw new InvalidOperationException("The provider is faulty.");
            case < 50:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case < 70:
                await Task.Delay(choice, cancellationToken);
                break;
            default:
                break;
        }

        _refusals.TryRemove(delivery.Id, out _);
        return Accept(call, cancellationToken);
    }

    // A vendor does not accept a message whose caller has already given up.
    private Outcome Accept(RecordedCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        record.Accept(call);
        return Outcome.Sent();
    }

    // Returns 0 to 999. This is SplitMix64, because the choice must be the same in each process, and .NET's hash codes are not.
    private int Choice(string address, int earlier)
    {
        var number = ulong.Parse(address.Split('@')[0], CultureInfo.InvariantCulture);
        var z =
            (ulong)settings.Seed * 0x9E3779B97F4A7C15 + number * 0xD1B54A32D192ED03 + (ulong)(earlier + 1) * 0x8CB92BA72F3D8DD7;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % 1_000);
    }
}
