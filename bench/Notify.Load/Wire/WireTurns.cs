using Notify.Load.Measuring;

namespace Notify.Load.Wire;

/// <summary>One side's turns against a sink, which must be given every message once.</summary>
internal sealed class WireTurns(SinkProcess sink, int count, int callers)
{
    private Taken _taken;

    /// <param name="send">Sends the message of a number.</param>
    public async Task<Turn> MeasureAsync(Func<int, ValueTask> send)
    {
        var before = await sink.TakenAsync();
        var turn = await Callers.MeasureAsync(count, callers, send);
        _taken = await sink.TakenAsync() - before;
        return _taken.Messages == count
            ? turn
            : throw new InvalidOperationException($"{count} were sent and {_taken.Messages} arrived.");
    }

    /// <summary>Makes sure that both sides sent as much.</summary>
    public void RequireSameBytes(WireTurns other)
    {
        if (_taken.Bytes != other._taken.Bytes)
            throw new InvalidOperationException($"One side sent {_taken.Bytes} bytes and the other {other._taken.Bytes}.");
    }
}
