using System.Diagnostics.Tracing;

namespace Http2PooledBuffers;

/// <summary>Counts the arrays that the shared pool had to allocate because it had none left, by their length.</summary>
internal sealed class PoolEvents : EventListener
{
    private const int BufferAllocated = 2;

    private long _of16;
    private long _of32;

    /// <summary>Gets the number of allocated arrays of 16 KB and of 32 KB.</summary>
    public (long Of16, long Of32) Allocated => (Interlocked.Read(ref _of16), Interlocked.Read(ref _of32));

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId != BufferAllocated || eventData.Payload?[1] is not int length)
            return;
        if (length == 16 * 1024)
            Interlocked.Increment(ref _of16);
        else if (length == 32 * 1024)
            Interlocked.Increment(ref _of32);
    }
}
