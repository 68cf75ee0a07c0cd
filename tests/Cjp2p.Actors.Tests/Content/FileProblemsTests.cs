using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Content;

public sealed class FileProblemsTests
{
    public static TheoryData<Exception, string> Problems => new()
    {
        { new UnauthorizedAccessException("Access to the path '/a' is denied."), "permission denied" },
        { new FileNotFoundException("Could not find file '/a'."), "there is no such file or folder" },
        { new DirectoryNotFoundException("Could not find a part of the path '/a'."), "there is no such file or folder" },
        { new PathTooLongException(), "the path is too long" },
        { new IOException("No space left on device : '/a/b c'"), "No space left on device" },
        { new IOException("'/a' is a folder"), "'/a' is a folder" },
        { new IOException("two\nlines."), "two lines" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Reason_is_a_part_of_a_line_without_the_path(Exception problem, string reason) =>
        Assert.Equal(reason, FileProblems.Describe(problem));

    [Fact]
    public void Folder_where_a_file_has_to_be_is_no_question_of_permission()
    {
        Assert.Equal("it is a folder", FileProblems.Describe(new UnauthorizedAccessException(), isFolder: true));
        Assert.Equal("permission denied", FileProblems.Describe(new UnauthorizedAccessException(), isFolder: false));
    }
}
