using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using Notify.TestSupport;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// The way from a process to the server, which can break: for a process that dies between two writes, from where the server
/// stands, and for a server that goes away, from where the process stands.
/// </summary>
internal sealed class BreakableProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly MongoServerAddress _server;
    private readonly string _options;
    private readonly List<TcpClient> _open = [];
    private bool _isBroken;

    public BreakableProxy(string connectionString)
    {
        var url = new MongoUrl(connectionString);
        _server = url.Server;
        _options = "directConnection=true&serverSelectionTimeoutMS=1000";
        _listener.Start();
        _ = AcceptAsync();
    }

    public string ConnectionString =>
        $"mongodb://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/?{_options}";

    private bool IsBroken
    {
        get
        {
            lock (_open)
                return _isBroken;
        }
    }

    /// <summary>
    /// Opens a store or an application over this connection. Tries again if the server does not answer in time: a busy machine
    /// may stall for longer than the client waits.
    /// </summary>
    public Task<T> OpenAsync<T>(Func<Task<T>> open)
        where T : class =>
        Eventually.FindAsync<T>(
            async () =>
            {
                try
                {
                    return await open();
                }
                catch (InvalidOperationException exception)
                    when (!IsBroken && exception.InnerException is MongoException or TimeoutException)
                {
                    return null;
                }
            },
            "the store to open"
        );

    /// <summary>A client that is cut off for ever when it is about to send a command to a collection.</summary>
    public MongoClient ClientThatDiesBefore(string command, string collection)
    {
        var settings = MongoClientSettings.FromConnectionString(ConnectionString);
        settings.ClusterConfigurator = cluster =>
            cluster.Subscribe<CommandStartedEvent>(started =>
            {
                if (started.CommandName == command && started.Command[command] == collection)
                    Break();
            });
        return new MongoClient(settings);
    }

    /// <summary>Ends every connection; new ones end at once until <see cref="Mend"/>.</summary>
    public void Break()
    {
        lock (_open)
        {
            _isBroken = true;
            foreach (var connection in _open)
                connection.Dispose();
            _open.Clear();
        }
    }

    public void Mend()
    {
        lock (_open)
            _isBroken = false;
    }

    public void Dispose()
    {
        Break();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task PassAsync(TcpClient process)
    {
        using (process)
        using (var server = new TcpClient())
        {
            try
            {
                lock (_open)
                {
                    if (_isBroken)
                        return;
                    _open.AddRange([process, server]);
                }

                await server.ConnectAsync(_server.Host, _server.Port);
                await Task.WhenAny(
                    process.GetStream().CopyToAsync(server.GetStream()),
                    server.GetStream().CopyToAsync(process.GetStream())
                );
            }
            catch (Exception exception)
                when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // It was broken.
            }
        }
    }
}
