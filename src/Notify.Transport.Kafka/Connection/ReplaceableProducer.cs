using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Notify.Transport.Kafka.Connection;

/// <summary>
/// An idempotent producer that is replaced after a fatal error. librdkafka then refuses every further message, because it could
/// not keep the order of those that it holds. Hints and events need no order.
/// </summary>
internal sealed class ReplaceableProducer : IDisposable
{
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(2);

    private readonly Func<Action<Error>, IProducer<byte[], byte[]>> _open;
    private readonly Action<Error> _failed;
    private readonly ILogger _logger;
    private readonly Lock _replacing = new();
    private volatile IProducer<byte[], byte[]> _producer;
    private volatile Error? _fatal;

    /// <param name="open">Opens a producer that reports its errors.</param>
    /// <param name="failed">Called with fatal errors, and when no broker answers.</param>
    /// <param name="logger">Logs replacements.</param>
    public ReplaceableProducer(Func<Action<Error>, IProducer<byte[], byte[]>> open, Action<Error> failed, ILogger logger)
    {
        (_open, _failed, _logger) = (open, failed, logger);
        _producer = open(Failed);
    }

    /// <summary>
    /// Finds the error of a call to a producer: its queue is full, or the producer is being replaced. Null for an exception that
    /// is a bug.
    /// </summary>
    public static Error? FindError(Exception exception) =>
        exception switch
        {
            KafkaException kafka => kafka.Error,
            ObjectDisposedException => new Error(ErrorCode.Local_Destroy),
            _ => null,
        };

    public IProducer<byte[], byte[]> Current()
    {
        if (_fatal is null)
            return _producer;

        lock (_replacing)
        {
            if (_fatal is { } fatal)
            {
                Log.ProducerReplaced(_logger, fatal.Code.ToString());
                _producer.Dispose();
                _producer = _open(Failed);
                _fatal = null;
            }

            return _producer;
        }
    }

    public void Dispose()
    {
        _producer.Flush(FlushTime);
        _producer.Dispose();
    }

    private void Failed(Error error)
    {
        if (error.IsFatal)
            _fatal = error;
        if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown)
            _failed(error);
    }
}
