using System.Buffers;
using BenchmarkDotNet.Attributes;
using Notify.Providers;
using Notify.Providers.Apns;
using Notify.Providers.Fcm;
using Notify.Providers.Webhook;

namespace Notify.Benchmarks;

/// <summary>A delivery as the bytes of a vendor's request.</summary>
public class PayloadBenchmarks
{
    private readonly ArrayBufferWriter<byte> _body = new(4_096);
    private readonly Delivery _push = SampleDelivery.To(
        new Address(Channel.Push, new string('a', 64)) { Platform = Platform.Ios }
    );
    private readonly Delivery _android = SampleDelivery.To(
        new Address(Channel.Push, new string('a', 152)) { Platform = Platform.Android }
    );
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    [Benchmark]
    public void Apns() => ApnsPayload.Write(_push.Content, "alert", overrides: null).Dispose();

    [Benchmark]
    public void Fcm()
    {
        _body.ResetWrittenCount();
        FcmMessage.Write(_body, _android, validateOnly: false, _now);
    }

    [Benchmark]
    public void Webhook()
    {
        _body.ResetWrittenCount();
        WebhookBody.Write(_body, _push);
    }
}
