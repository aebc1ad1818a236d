using System.Text;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests small documents.</summary>
public abstract partial class StoreConformance
{
    private const string Collection = "keys";

    private static DocumentQuery Keys { get; } = new() { Collection = Collection };

    [Fact]
    public async Task A_document_is_created_changed_and_removed()
    {
        var key = new DocumentKey(Collection, Tenant, "a");
        var seen = new List<string?>();

        Assert.Null(await Store.Documents.FindAsync(key, Cancellation));
        Assert.True(await ChangeAsync(key, "one"));
        Assert.True(await ChangeAsync(key, "two"));

        Assert.Equal([null, "one"], seen);
        var found = await Store.Documents.FindAsync(key, Cancellation);
        Assert.Equal((key, "two"), (found!.Key, Text(found.Content)));
        Assert.True(await Store.Documents.RemoveAsync(key, _ => true, Cancellation));
        Assert.Null(await Store.Documents.FindAsync(key, Cancellation));
        Assert.True(await ChangeAsync(key, "three"));
        Assert.Equal([null, "one", null], seen);

        async Task<bool> ChangeAsync(DocumentKey changed, string content)
        {
            string? last = null;
            var isChanged = await Store.Documents.UpdateAsync(
                changed,
                stored =>
                {
                    last = stored is { } known ? Text(known) : null;
                    return Bytes(content);
                },
                Cancellation
            );
            seen.Add(last);
            return isChanged;
        }
    }

    [Fact]
    public async Task A_document_is_not_written_if_the_change_returns_nothing()
    {
        await PutAsync(Tenant, "a", "one");

        Assert.False(await Store.Documents.UpdateAsync(new(Collection, Tenant, "a"), _ => null, Cancellation));
        Assert.False(await Store.Documents.UpdateAsync(new(Collection, Tenant, "b"), _ => null, Cancellation));
        // In a conditional expression, null easily becomes an empty content.
        Assert.False(await Store.Documents.UpdateAsync(new(Collection, Tenant, "a"), _ => Bytes(""), Cancellation));
        Assert.False(await Store.Documents.UpdateAsync(new(Collection, Tenant, "b"), _ => Bytes(""), Cancellation));

        Assert.Equal(["a=one"], await ListDocumentsAsync(Keys));
    }

    [Fact]
    public async Task A_document_is_unchanged_if_the_change_throws()
    {
        await PutAsync(Tenant, "a", "one");

        await Assert.ThrowsAsync<FormatException>(async () =>
            await Store.Documents.UpdateAsync(
                new(Collection, Tenant, "a"),
                _ => throw new FormatException("The content is not understood."),
                Cancellation
            )
        );
        await Assert.ThrowsAsync<FormatException>(async () =>
            await Store.Documents.RemoveAsync(
                new(Collection, Tenant, "a"),
                _ => throw new FormatException("The content is not understood."),
                Cancellation
            )
        );

        Assert.Equal(["a=one"], await ListDocumentsAsync(Keys));
    }

    [Fact]
    public async Task None_of_32_concurrent_changes_of_a_document_is_lost()
    {
        var key = new DocumentKey(Collection, Tenant, "counter");

        await InParallelAsync(32, async i =>
            Assert.True(
                await Store.Documents.UpdateAsync(
                    key,
                    stored => Bytes((stored is { } known ? Text(known) : "") + (char)('0' + i)),
                    Cancellation
                )
            )
        );

        var expected = Enumerable.Range(0, 32).Select(i => (char)('0' + i));
        Assert.Equal(expected, Text((await Store.Documents.FindAsync(key, Cancellation))!.Content).Order());
    }

    [Fact]
    public async Task Of_16_concurrent_creations_and_removals_of_a_document_exactly_one_succeeds()
    {
        var key = new DocumentKey(Collection, Tenant, "once");
        for (var round = 0; round < 3; round++)
        {
            var (created, removed) = (0, 0);

            await InParallelAsync(16, async i =>
            {
                var isMine = await Store.Documents.UpdateAsync(
                    key,
                    stored => stored is null ? Bytes($"{i}") : null,
                    Cancellation
                );
                Interlocked.Add(ref created, isMine ? 1 : 0);
            });
            await InParallelAsync(16, async _ =>
            {
                var isMine = await Store.Documents.RemoveAsync(key, _ => true, Cancellation);
                Interlocked.Add(ref removed, isMine ? 1 : 0);
            });

            Assert.Equal((1, 1), (created, removed));
            Assert.Null(await Store.Documents.FindAsync(key, Cancellation));
        }
    }

    [Fact]
    public async Task A_document_is_removed_only_if_the_condition_holds()
    {
        await PutAsync(Tenant, "a", "one");
        var key = new DocumentKey(Collection, Tenant, "a");

        Assert.False(await Store.Documents.RemoveAsync(key, content => Text(content) == "two", Cancellation));
        Assert.False(await Store.Documents.RemoveAsync(key with { Tenant = OtherTenant }, _ => true, Cancellation));
        Assert.False(await Store.Documents.RemoveAsync(key with { Collection = "other" }, _ => true, Cancellation));
        Assert.False(await Store.Documents.RemoveAsync(key with { Id = "b" }, _ => true, Cancellation));

        Assert.Equal("one", Text((await Store.Documents.FindAsync(key, Cancellation))!.Content));
        Assert.True(await Store.Documents.RemoveAsync(key, content => Text(content) == "one", Cancellation));
        Assert.False(await Store.Documents.RemoveAsync(key, _ => true, Cancellation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1 << 20)]
    public async Task A_document_keeps_its_bytes(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var key = new DocumentKey(Collection, Tenant, "large");

        Assert.True(await Store.Documents.UpdateAsync(key, _ => content, Cancellation));
        int? seen = null;
        Assert.False(
            await Store.Documents.UpdateAsync(
                key,
                stored =>
                {
                    seen = stored?.Length;
                    return null;
                },
                Cancellation
            )
        );

        Assert.Equal(length, seen);
        var found = await Store.Documents.FindAsync(key, Cancellation);
        Assert.True(found!.Content.Span.SequenceEqual(content));
        var listed = await Store.Documents.ListAsync(Keys, Cancellation);
        Assert.True(Assert.Single(listed).Content.Span.SequenceEqual(content));
    }

    [Fact]
    public async Task Ids_of_documents_have_any_characters()
    {
        string[] ids =
        [
            "\0",
            "\0a",
            "\t",
            " ",
            "%",
            "'; --",
            "..",
            "/",
            "A",
            "B",
            "_",
            "a",
            "a\0",
            "a\0b",
            "a ",
            "a/b",
            "b",
            new('x', 512),
            "z",
            "\u007F",
            "É",
            "é",
            "ß",
            "σ",
            "ς",
            "İ",
            "ı",
            "用户",
            "\uE000",
            "\uFFFD",
            "\uFFFF",
        ];
        foreach (var id in ids)
            await PutAsync(Tenant, id, ".");

        Assert.Equal(ids.Order(StringComparer.Ordinal).Select(id => $"{id}=."), await ListDocumentsAsync(Keys));
        foreach (var id in ids)
            Assert.Equal(id, (await Store.Documents.FindAsync(new(Collection, Tenant, id), Cancellation))?.Key.Id);
    }

    // UTF-16 puts the characters beyond U+FFFF before U+E000.
    [Fact]
    public async Task Documents_are_listed_in_the_order_of_code_points()
    {
        string[] ids = ["é", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF", "\U00010000", "😀", "\U0010FFFF"];
        foreach (var id in ids.Reverse())
            await PutAsync(Tenant, id, ".");

        Assert.Equal(ids.Select(id => $"{id}=."), await ListDocumentsAsync(Keys));
        Assert.Equal(ids[4..].Select(id => $"{id}=."), await ListDocumentsAsync(Keys with { After = "\uFFFD" }));
        Assert.Equal(5, await Store.Documents.RemoveBeforeAsync(Collection, "\U00010000", 1_000, Cancellation));
    }

    [Fact]
    public async Task Documents_are_listed_within_bounds_in_both_directions()
    {
        foreach (var id in (string[])["c", "a", "e", "b", "d"])
            await PutAsync(Tenant, id, ".");
        await PutAsync(OtherTenant, "c", ".");
        var all = Keys with { Tenant = Tenant };

        Assert.Equal("a b c d e", await ListIdsAsync(all));
        Assert.Equal("e d c b a", await ListIdsAsync(all with { IsDescending = true }));
        Assert.Equal("a b", await ListIdsAsync(all with { Limit = 2 }));
        Assert.Equal("e d", await ListIdsAsync(all with { Limit = 2, IsDescending = true }));
        Assert.Equal("c d e", await ListIdsAsync(all with { From = "c" }));
        Assert.Equal("d e", await ListIdsAsync(all with { After = "c" }));
        Assert.Equal("a b", await ListIdsAsync(all with { Before = "c" }));
        Assert.Equal("b c", await ListIdsAsync(all with { From = "b", Before = "d" }));
        Assert.Equal("c b", await ListIdsAsync(all with { From = "b", Before = "d", IsDescending = true }));
        Assert.Equal("c", await ListIdsAsync(all with { From = "b", After = "b", Before = "d" }));
        Assert.Equal("d", await ListIdsAsync(all with { From = "d", After = "b", Before = "e" }));
        Assert.Equal("", await ListIdsAsync(all with { From = "d", Before = "d" }));
        Assert.Equal("", await ListIdsAsync(all with { Collection = "other" }));
    }

    [Fact]
    public async Task Documents_of_all_tenants_are_listed_by_id_and_then_tenant()
    {
        foreach (var tenant in (string[])["", OtherTenant, Tenant])
        {
            await PutAsync(tenant, "b", "/" + tenant);
            await PutAsync(tenant, "a", "/" + tenant);
        }

        string[] expected = ["a=/", $"a=/{Tenant}", $"a=/{OtherTenant}", "b=/", $"b=/{Tenant}", $"b=/{OtherTenant}"];

        Assert.Equal(expected, await ListDocumentsAsync(Keys));
        Assert.Equal(expected.Reverse(), await ListDocumentsAsync(Keys with { IsDescending = true }));
        Assert.Equal(["a=/", "b=/"], await ListDocumentsAsync(Keys with { Tenant = "" }));
        Assert.Equal(expected[3..5], await ListDocumentsAsync(Keys with { After = "a", Limit = 2 }));
    }

    [Fact]
    public async Task Old_documents_of_all_tenants_are_removed_up_to_the_limit()
    {
        foreach (var tenant in (string[])["", Tenant])
        {
            foreach (var id in (string[])["1", "2", "3"])
                await PutAsync(tenant, id, "/" + tenant);
        }

        await Store.Documents.UpdateAsync(new("other", Tenant, "1"), _ => Bytes("kept"), Cancellation);

        Assert.Equal(3, await Store.Documents.RemoveBeforeAsync(Collection, "3", 3, Cancellation));
        Assert.Equal(3, (await ListDocumentsAsync(Keys)).Count());
        Assert.Equal(1, await Store.Documents.RemoveBeforeAsync(Collection, "3", 3, Cancellation));
        Assert.Equal(0, await Store.Documents.RemoveBeforeAsync(Collection, "3", 3, Cancellation));

        Assert.Equal(["3=/", $"3=/{Tenant}"], await ListDocumentsAsync(Keys));
        Assert.Equal(["1=kept"], await ListDocumentsAsync(new DocumentQuery { Collection = "other" }));
    }

    [Fact]
    public async Task A_document_of_no_tenant_is_not_one_of_a_tenant()
    {
        await PutAsync("", "a", "shared");
        await PutAsync(Tenant, "a", "own");

        Assert.Equal("shared", Text((await Store.Documents.FindAsync(new(Collection, "", "a"), Cancellation))!.Content));
        Assert.True(await Store.Documents.RemoveAsync(new(Collection, "", "a"), _ => true, Cancellation));

        Assert.Equal("own", Text((await Store.Documents.FindAsync(new(Collection, Tenant, "a"), Cancellation))!.Content));
    }

    private async Task PutAsync(string tenant, string id, string content) =>
        Assert.True(await Store.Documents.UpdateAsync(new(Collection, tenant, id), _ => Bytes(content), Cancellation));

    private async Task<IEnumerable<string>> ListDocumentsAsync(DocumentQuery query) =>
        (await Store.Documents.ListAsync(query, Cancellation)).Select(found => $"{found.Key.Id}={Text(found.Content)}");

    private async Task<string> ListIdsAsync(DocumentQuery query) =>
        string.Join(' ', (await Store.Documents.ListAsync(query, Cancellation)).Select(found => found.Key.Id));

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
