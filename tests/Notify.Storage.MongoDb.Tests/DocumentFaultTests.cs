using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Storage;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// Changes of documents whose answer is lost, while another process changes the same document before the change is repeated.
/// </summary>
public sealed class DocumentFaultTests : IAsyncLifetime
{
    private static readonly DocumentKey Key = new("keys", "tenant-1", "a");

    private readonly ScriptedServer _server = ScriptedServer.StartPrimary();
    private readonly PeerDatabase _database = new();
    private ConformanceStore? _store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IDocumentStore Documents => _store!.Documents;

    public async ValueTask InitializeAsync()
    {
        _server.Script = _database.Execute;
        _store = await ConformanceStore.OpenAsync(notifications => notifications.UseMongoDb(_server.ConnectionString));
        await AppendAsync("0");
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task A_change_is_made_once_although_another_process_has_changed_the_document_since()
    {
        LoseAnswerAndLetAnotherProcessChange("update");

        Assert.True(await AppendAsync("1"));

        Assert.Equal("012", await ReadAsync());
    }

    [Fact]
    public async Task A_document_is_created_once_although_another_process_has_changed_it_since()
    {
        Assert.True(await Documents.RemoveAsync(Key, _ => true, Cancellation));
        LoseAnswerAndLetAnotherProcessChange("insert");

        Assert.True(await AppendAsync("1"));

        Assert.Equal("12", await ReadAsync());
    }

    [Fact]
    public async Task A_removal_succeeds_and_spares_the_document_that_another_process_has_created_since()
    {
        LoseAnswerAndLetAnotherProcessChange("update");

        Assert.True(await Documents.RemoveAsync(Key, content => Read(content) == "0", Cancellation));

        Assert.Equal("2", await ReadAsync());
    }

    // The connection breaks after the first write, and the driver does not know whether the write was made.
    private void LoseAnswerAndLetAnotherProcessChange(string name)
    {
        var isFirst = true;
        _server.Script = command =>
        {
            var isWrite = command.GetElement(0).Name == name && command[name] == "documents";
            if (!isWrite || !isFirst)
                return _database.Execute(command);

            isFirst = false;
            _database.Execute(command);
            AppendAsync("2").GetAwaiter().GetResult();
            return PeerError.HostUnreachable.CreateAnswer();
        };
    }

    private Task<bool> AppendAsync(string text) =>
        Documents
            .UpdateAsync(Key, stored => Encoding.UTF8.GetBytes((stored is { } known ? Read(known) : "") + text), Cancellation)
            .AsTask();

    private async Task<string> ReadAsync() => Read((await Documents.FindAsync(Key, Cancellation))!.Content);

    private static string Read(ReadOnlyMemory<byte> content) => Encoding.UTF8.GetString(content.Span);
}
